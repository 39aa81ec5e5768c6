import { DeviceError } from '../errors.ts';
import type { Device } from './device.ts';

interface Entry {
  readonly buffer: Promise<GPUBuffer>;
  /** Names of those who hold it, one for each time it was acquired. */
  readonly owners: string[];
}

/**
 * Constants on the device by their content, so that sessions of one graph, or of graphs with the same layers, hold them
 * once. The key is the SHA-256 of the bytes: what kernels make of weights depends on more than the graph (engine, tile,
 * rounding), and equal bytes may be shared whatever they came from.
 */
export class ConstantStore {
  readonly #device: Device;
  readonly #entries = new Map<string, Entry>();

  constructor(device: Device) {
    this.#device = device;
  }

  /**
   * A buffer (usage STORAGE and COPY_SRC) that holds the bytes; give it back with the function that comes with it.
   * @param label of the first who brings these bytes
   * @param on the GPUDevice that the rest of the work is on
   * @throws DeviceError when it exceeds the device's limits or memory, or the GPUDevice was lost
   */
  async acquire(
    owner: string,
    label: string,
    bytes: ArrayBufferView,
    on: GPUDevice,
  ): Promise<{ buffer: GPUBuffer; free: () => void }> {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as ArrayBufferView<ArrayBuffer>));
    const key = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    // While the digest was made the device may have been lost, and what is here now may be another one's.
    if (!this.#device.isCurrent(on)) {
      throw new DeviceError(`uploading "${label}": the GPU device was lost meanwhile. Run again.`, { reason: 'lost' });
    }
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { buffer: this.#upload(owner, label, bytes, on), owners: [] };
      this.#entries.set(key, entry);
    }
    const held = entry;
    held.owners.push(owner);
    try {
      const buffer = await held.buffer;
      this.#device.assignOwners(buffer, [...new Set(held.owners)]);
      let isFreed = false;
      const free = (): void => {
        if (!isFreed) this.#release(key, held, buffer, owner);
        isFreed = true;
      };
      return { buffer, free };
    } catch (error) {
      if (this.#entries.get(key) === held) this.#entries.delete(key);
      throw error;
    }
  }

  /** Forgets everything: the device is gone. */
  clear(): void {
    this.#entries.clear();
  }

  async #upload(owner: string, label: string, bytes: ArrayBufferView, on: GPUDevice): Promise<GPUBuffer> {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const sizeBytes = bytes.byteLength;
    const buffer = await this.#device.createBuffer({ label, owner, purpose: 'weights', sizeBytes, usage, on });
    try {
      await this.#device.guard(
        `uploading "${label}"`,
        ({ queue }) => {
          const { buffer: data, byteOffset, byteLength } = bytes as ArrayBufferView<ArrayBuffer>;
          queue.writeBuffer(buffer, 0, data, byteOffset, byteLength);
        },
        on,
      );
      return buffer;
    } catch (error) {
      this.#device.release(buffer);
      throw error;
    }
  }

  #release(key: string, entry: Entry, buffer: GPUBuffer, owner: string): void {
    entry.owners.splice(entry.owners.indexOf(owner), 1);
    if (entry.owners.length > 0) {
      this.#device.assignOwners(buffer, [...new Set(entry.owners)]);
      return;
    }
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    this.#device.release(buffer);
  }
}
