import type { Device } from '../../src/gpu/device.ts';
import { openDevice } from '../../src/gpu/open-device.ts';

let device: Promise<Device> | undefined;

/** One device for a test file. The engine is given, so that no time goes into measuring it. */
export function testDevice(): Promise<Device> {
  device ??= openDevice({ engine: 'scalar' });
  return device;
}
