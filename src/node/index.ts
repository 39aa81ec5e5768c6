import type { Device } from '../gpu/device.ts';
import { openDevice as openAnyDevice, type OpenDeviceOptions } from '../gpu/open-device.ts';
import { openGpu, type OpenGpuOptions } from './open-gpu.ts';

export * from '../index.ts';
export { decodeImage } from './decode-image.ts';
export { openGpu, type OpenGpuOptions } from './open-gpu.ts';
export { readBytes } from './read-bytes.ts';

/** How to open a device in Node: which adapter, and what any device takes. */
export type OpenNodeDeviceOptions = Omit<OpenDeviceOptions, 'gpu'> & OpenGpuOptions;

/**
 * Opens a GPU through Dawn, with everything it offers, and measures which int8 engine is fastest on it.
 * @throws DeviceError when there is no adapter, with the ways to get one
 */
export async function openDevice(options: OpenNodeDeviceOptions = {}): Promise<Device> {
  const { gpu: kind, flags, ...rest } = options;
  const gpu = await openGpu({ gpu: kind, flags, featureLevel: options.featureLevel });
  return openAnyDevice({ ...rest, gpu });
}
