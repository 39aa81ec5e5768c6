import type { Device } from '../gpu/device.ts';
import { deviceBytes } from '../tensor/quads.ts';
import type { TensorType } from '../tensor/tensor.ts';

/**
 * A tensor that stays on the device, in the device layout (rows of quads, see src/tensor/shape.ts). Its holder destroys it.
 * uint8 values are held as int8 with the top bit flipped.
 */
export class GpuTensor {
  readonly type: TensorType;
  readonly buffer: GPUBuffer;
  readonly device: Device;
  readonly #gpuDevice: GPUDevice;
  #isDestroyed = false;

  private constructor(device: Device, type: TensorType, buffer: GPUBuffer) {
    this.device = device;
    this.#gpuDevice = device.gpuDevice;
    this.type = type;
    this.buffer = buffer;
  }

  static async create(device: Device, type: TensorType, label: string): Promise<GpuTensor> {
    const buffer = await device.createBuffer({
      label,
      owner: label,
      purpose: 'tensor',
      sizeBytes: deviceBytes(type.dtype, type.shape),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    return new GpuTensor(device, type, buffer);
  }

  get isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  /** Whether the GPU was taken away, and the tensor's content with it. */
  get isLost(): boolean {
    return !this.device.isCurrent(this.#gpuDevice);
  }

  /** Safe to call twice. */
  destroy(): void {
    this.#isDestroyed = true;
    this.device.release(this.buffer);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
