import type { Device } from './device.ts';

/**
 * Maps a buffer when all that was submitted before is done.
 * @param gpuDevice on which the buffer was made
 * @throws DeviceError when the device was lost, before or meanwhile
 */
export async function mapForReading(
  device: Device,
  gpuDevice: GPUDevice,
  buffer: GPUBuffer,
  what: string,
): Promise<void> {
  try {
    await buffer.mapAsync(GPUMapMode.READ);
  } catch (cause) {
    throw await device.explain(cause, `reading ${what}`, gpuDevice);
  }
}
