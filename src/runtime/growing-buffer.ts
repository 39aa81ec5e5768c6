import { DeviceError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';

/** A scratch buffer that is replaced by a larger one when something does not fit. */
export class GrowingBuffer {
  readonly #device: Device;
  readonly #owner: string;
  readonly #purpose: string;
  readonly #on: GPUDevice;
  #buffer: GPUBuffer | undefined;
  #isDestroyed = false;

  /** @param on the GPUDevice that it belongs to */
  constructor(device: Device, owner: string, purpose: string, on: GPUDevice) {
    this.#device = device;
    this.#owner = owner;
    this.#purpose = purpose;
    this.#on = on;
  }

  /** The buffer, after `reserve`. @throws DeviceError after `destroy` */
  get buffer(): GPUBuffer {
    this.#assertUsable();
    if (this.#buffer === undefined) throw new DeviceError(`${this.#label}: nothing was reserved.`);
    return this.#buffer;
  }

  /**
   * Makes room. What was in the buffer may be lost.
   * @throws DeviceError when the device cannot bind that much, or after `destroy`
   */
  async reserve(sizeBytes: number): Promise<void> {
    this.#assertUsable();
    if (this.#buffer !== undefined && this.#buffer.size >= sizeBytes) return;
    const label = this.#label;
    const limit = this.#device.capabilities.limits.maxStorageBufferBindingSize;
    if (sizeBytes > limit) {
      throw new DeviceError(
        `${label}: ${sizeBytes} bytes exceed this device's maxStorageBufferBindingSize of ${limit} by ${sizeBytes - limit}. Use a smaller image.`,
        { reason: 'limit' },
      );
    }
    this.#release();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    this.#buffer = await this.#device.createBuffer({
      label,
      owner: this.#owner,
      purpose: this.#purpose,
      sizeBytes,
      usage,
      on: this.#on,
    });
    // The owner may have been destroyed while the device made the buffer.
    if (this.#isDestroyed) this.#release();
    this.#assertUsable();
  }

  /** Frees the buffer for good; nothing can be reserved afterwards. Safe to call twice. */
  destroy(): void {
    this.#isDestroyed = true;
    this.#release();
  }

  get #label(): string {
    return `${this.#owner}/${this.#purpose}`;
  }

  #assertUsable(): void {
    if (this.#isDestroyed) throw new DeviceError(`${this.#label}: the buffer was destroyed.`, { reason: 'destroyed' });
  }

  #release(): void {
    if (this.#buffer !== undefined) this.#device.release(this.#buffer);
    this.#buffer = undefined;
  }
}
