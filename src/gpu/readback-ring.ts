import type { DeviceError } from '../errors.ts';
import type { Device } from './device.ts';

/**
 * A few host-readable buffers used in turn, so that several results can be on their way while the GPU goes on.
 * Buffers are made once; a caller waits, in order of arrival, while all of them are in flight.
 */
export class ReadbackRing {
  readonly #device: Device;
  readonly #buffers: readonly GPUBuffer[];
  readonly #free: GPUBuffer[];
  readonly #waiting: { resolve: (buffer: GPUBuffer) => void; reject: (error: Error) => void }[] = [];
  /** Why, once it is destroyed. */
  #destroyed: DeviceError | undefined;

  private constructor(device: Device, buffers: readonly GPUBuffer[]) {
    this.#device = device;
    this.#buffers = buffers;
    this.#free = [...buffers];
  }

  /**
   * @param sizeBytes of each buffer
   * @param count how many may be in flight
   * @param on the GPUDevice that the rest of the work is on
   * @throws DeviceError when they exceed the device's limits or memory; those made before are released
   */
  static async create(
    device: Device,
    owner: string,
    sizeBytes: number,
    count: number,
    on?: GPUDevice,
  ): Promise<ReadbackRing> {
    const buffers: GPUBuffer[] = [];
    try {
      for (let i = 0; i < count; i++) {
        const label = `${owner}/readback${i}`;
        const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
        buffers.push(await device.createBuffer({ label, owner, purpose: 'readback', sizeBytes, usage, on }));
      }
      return new ReadbackRing(device, buffers);
    } catch (error) {
      for (const buffer of buffers) device.release(buffer);
      throw error;
    }
  }

  /**
   * A buffer that is not in flight. Give it back with `release`.
   * @throws DeviceError when the ring was or is meanwhile destroyed
   */
  acquire(signal?: AbortSignal): Promise<GPUBuffer> {
    if (this.#destroyed !== undefined) return Promise.reject(this.#destroyed);
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const buffer = this.#free.shift();
    if (buffer !== undefined) return Promise.resolve(buffer);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal!.reason as Error);
      };
      const settle = (): void => signal?.removeEventListener('abort', onAbort);
      const waiting = {
        resolve: (free: GPUBuffer): void => (settle(), resolve(free)),
        reject: (error: Error): void => (settle(), reject(error)),
      };
      this.#waiting.push(waiting);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Does nothing after `destroy`, which took the buffer with it. */
  release(buffer: GPUBuffer): void {
    if (this.#destroyed !== undefined) return;
    if (buffer.mapState !== 'unmapped') buffer.unmap();
    const next = this.#waiting.shift();
    if (next !== undefined) next.resolve(buffer);
    else this.#free.push(buffer);
  }

  /** Frees the buffers; whoever waits is refused with the error. Safe to call twice. */
  destroy(why: DeviceError): void {
    if (this.#destroyed !== undefined) return;
    this.#destroyed = why;
    for (const { reject } of this.#waiting.splice(0)) reject(why);
    for (const buffer of this.#buffers) this.#device.release(buffer);
  }
}
