/** Bytes held on the device, by owner and purpose. */
export interface MemoryReport {
  readonly totalBytes: number;
  /** The most that was held at once since the device was opened. */
  readonly peakBytes: number;
  /** owner → purpose → bytes. */
  readonly owners: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Who holds what: every buffer is entered when it is made and struck out when it is destroyed. */
export class MemoryAccount {
  readonly #entries = new Map<GPUBuffer, { owner: string; purpose: string; sizeBytes: number }>();
  #totalBytes = 0;
  #peakBytes = 0;

  add(buffer: GPUBuffer, owner: string, purpose: string): void {
    this.#entries.set(buffer, { owner, purpose, sizeBytes: buffer.size });
    this.#totalBytes += buffer.size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#totalBytes);
  }

  remove(buffer: GPUBuffer): void {
    const entry = this.#entries.get(buffer);
    if (entry === undefined) return;
    this.#entries.delete(buffer);
    this.#totalBytes -= entry.sizeBytes;
  }

  report(): MemoryReport {
    const owners: Record<string, Record<string, number>> = {};
    for (const { owner, purpose, sizeBytes } of this.#entries.values()) {
      owners[owner] ??= {};
      owners[owner][purpose] = (owners[owner][purpose] ?? 0) + sizeBytes;
    }
    return { totalBytes: this.#totalBytes, peakBytes: this.#peakBytes, owners };
  }
}
