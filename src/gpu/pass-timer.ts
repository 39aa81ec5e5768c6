import type { Device } from './device.ts';
import { mapForReading } from './map-for-reading.ts';

/** Times compute passes with GPU timestamps. Make one per measurement, and destroy it. */
export class PassTimer {
  readonly #device: Device;
  readonly #querySet: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #mappable: GPUBuffer;
  readonly #passes: number;
  readonly #gpuDevice: GPUDevice;

  private constructor(device: Device, querySet: GPUQuerySet, resolved: GPUBuffer, mappable: GPUBuffer, passes: number) {
    this.#device = device;
    this.#gpuDevice = device.gpuDevice;
    this.#querySet = querySet;
    this.#resolved = resolved;
    this.#mappable = mappable;
    this.#passes = passes;
  }

  /** The most passes one timer can hold (a query set has at most 4096 entries). */
  static readonly maxPasses: number = 2048;

  /** Undefined when the device has no timestamps. */
  static async create(device: Device, owner: string, passes: number): Promise<PassTimer | undefined> {
    if (!device.has('timestamp-query')) return undefined;
    const sizeBytes = passes * 16;
    const resolved = await device.createBuffer({
      label: `${owner}/timestamps`,
      owner,
      purpose: 'timing',
      sizeBytes,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const made = [resolved];
    try {
      const mappable = await device.createBuffer({
        label: `${owner}/timestamps-readback`,
        owner,
        purpose: 'timing',
        sizeBytes,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      made.push(mappable);
      const querySet = await device.guard(`${owner}: timestamps`, (gpuDevice) =>
        gpuDevice.createQuerySet({ type: 'timestamp', count: passes * 2 }),
      );
      return new PassTimer(device, querySet, resolved, mappable, passes);
    } catch (error) {
      for (const buffer of made) device.release(buffer);
      throw error;
    }
  }

  /** What a pass descriptor needs for the pass of that index. */
  timestampWrites(pass: number): GPUComputePassTimestampWrites {
    return { querySet: this.#querySet, beginningOfPassWriteIndex: pass * 2, endOfPassWriteIndex: pass * 2 + 1 };
  }

  /** Records, after the passes, the copy of their timestamps. */
  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#querySet, 0, this.#passes * 2, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#mappable, 0, this.#passes * 16);
  }

  /** Duration of each pass in microseconds. @throws DeviceError when the device is lost meanwhile */
  async read(): Promise<Float64Array> {
    await mapForReading(this.#device, this.#gpuDevice, this.#mappable, 'timestamps');
    const nanoseconds = new BigUint64Array(this.#mappable.getMappedRange());
    const micros = new Float64Array(this.#passes);
    // Some drivers let the end come before the beginning by a tick.
    for (let i = 0; i < micros.length; i++) {
      micros[i] = Math.max(0, Number(nanoseconds[i * 2 + 1] - nanoseconds[i * 2]) / 1000);
    }
    this.#mappable.unmap();
    return micros;
  }

  destroy(): void {
    this.#querySet.destroy();
    this.#device.release(this.#resolved);
    this.#device.release(this.#mappable);
  }
}
