import { DeviceError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';

/** A scratch buffer that is replaced by a larger one when something does not fit. */
export class GrowingBuffer {
  readonly #device: Device;
  readonly #owner: string;
  readonly #purpose: string;
  #buffer: GPUBuffer | undefined;

  constructor(device: Device, owner: string, purpose: string) {
    this.#device = device;
    this.#owner = owner;
    this.#purpose = purpose;
  }

  /** The buffer, after `reserve`. */
  get buffer(): GPUBuffer {
    if (this.#buffer === undefined) throw new DeviceError(`${this.#owner}/${this.#purpose}: nothing was reserved.`);
    return this.#buffer;
  }

  /** Makes room. What was in the buffer may be lost. @throws DeviceError when the device cannot bind that much */
  async reserve(sizeBytes: number): Promise<void> {
    if (this.#buffer !== undefined && this.#buffer.size >= sizeBytes) return;
    const label = `${this.#owner}/${this.#purpose}`;
    const limit = this.#device.capabilities.limits.maxStorageBufferBindingSize;
    if (sizeBytes > limit) {
      throw new DeviceError(
        `${label}: ${sizeBytes} bytes exceed this device's maxStorageBufferBindingSize of ${limit}. Use a smaller image.`,
      );
    }
    this.destroy();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    this.#buffer = await this.#device.createBuffer({
      label,
      owner: this.#owner,
      purpose: this.#purpose,
      sizeBytes,
      usage,
    });
  }

  /** Safe to call twice. */
  destroy(): void {
    if (this.#buffer !== undefined) this.#device.destroyBuffer(this.#buffer);
    this.#buffer = undefined;
  }
}
