import { Device, type OpenDeviceOptions } from '../gpu/device.ts';
import { openGpu, type OpenGpuOptions } from './open-gpu.ts';

export * from '../index.ts';
export { decodeImage } from './decode-image.ts';
export { openGpu, type OpenGpuOptions } from './open-gpu.ts';
export { readBytes } from './read-bytes.ts';

/** How to open a device in Node: which adapter, and what any device takes. */
export type OpenNodeDeviceOptions = Omit<OpenDeviceOptions, 'gpu'> & OpenGpuOptions;

/** The device keeps WebGPU's entry point alive: without it Dawn would close under the device. */
const entryPoints = new WeakMap<Device, GPU>();

/**
 * Opens a GPU through Dawn, with everything it offers, and measures which int8 engine is fastest on it.
 * @throws DeviceError when there is no adapter, with the ways to get one
 */
export async function openDevice(options: OpenNodeDeviceOptions = {}): Promise<Device> {
  const { gpu: kind, flags, ...rest } = options;
  const gpu = await openGpu({ gpu: kind, flags });
  const device = await Device.open({ ...rest, gpu });
  entryPoints.set(device, gpu);
  return device;
}
