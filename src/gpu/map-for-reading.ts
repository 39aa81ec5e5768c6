import type { Device } from './device.ts';

/**
 * Maps a buffer when all that was submitted before is done.
 * @param gpuDevice on which the buffer was made
 * @param assertOpen throws where the buffer's owner destroyed it, which needs no other explanation
 * @throws DeviceError when the device was lost, before or meanwhile
 */
export async function mapForReading(
  device: Device,
  gpuDevice: GPUDevice,
  buffer: GPUBuffer,
  what: string,
  assertOpen?: () => void,
): Promise<void> {
  try {
    await buffer.mapAsync(GPUMapMode.READ);
  } catch (cause) {
    assertOpen?.();
    throw await device.explain(cause, `reading ${what}`, gpuDevice);
  }
}
