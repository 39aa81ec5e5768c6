/** Bytes held on the device, by owner and purpose. */
export interface MemoryReport {
  readonly totalBytes: number;
  /** The most that was held at once since the device was opened. */
  readonly peakBytes: number;
  /** owner → purpose → bytes. What several sessions share stands once, under all their names joined by ` + `. */
  readonly owners: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

interface Entry {
  readonly owners: readonly string[];
  readonly purpose: string;
  readonly sizeBytes: number;
}

/** Who holds what: every allocation is entered when it is made and struck out when it is destroyed. */
export class MemoryAccount {
  readonly #entries = new Map<GPUBuffer | GPUTexture, Entry>();
  #totalBytes = 0;
  #peakBytes = 0;

  add(allocation: GPUBuffer | GPUTexture, owner: string, purpose: string, sizeBytes: number): void {
    this.#entries.set(allocation, { owners: [owner], purpose, sizeBytes });
    this.#totalBytes += sizeBytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#totalBytes);
  }

  /** Enters other owners for an allocation; one that is not in the account stays out of it. */
  assign(allocation: GPUBuffer | GPUTexture, owners: readonly string[]): void {
    const entry = this.#entries.get(allocation);
    if (entry !== undefined) this.#entries.set(allocation, { ...entry, owners });
  }

  remove(allocation: GPUBuffer | GPUTexture): void {
    const entry = this.#entries.get(allocation);
    if (entry === undefined) return;
    this.#entries.delete(allocation);
    this.#totalBytes -= entry.sizeBytes;
  }

  /** Strikes out everything: the device is gone. The peak stays. */
  clear(): void {
    this.#entries.clear();
    this.#totalBytes = 0;
  }

  report(): MemoryReport {
    const owners: Record<string, Record<string, number>> = {};
    for (const { owners: names, purpose, sizeBytes } of this.#entries.values()) {
      const owner = names.join(' + ');
      owners[owner] ??= {};
      owners[owner][purpose] = (owners[owner][purpose] ?? 0) + sizeBytes;
    }
    return { totalBytes: this.#totalBytes, peakBytes: this.#peakBytes, owners };
  }
}
