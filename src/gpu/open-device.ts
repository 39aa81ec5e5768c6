import { DeviceError } from '../errors.ts';
import { availableEngines, describeCapabilities, type Engine } from './capabilities.ts';
import { Device } from './device.ts';
import { probeEngines } from './probe.ts';

export interface OpenDeviceOptions {
  /** The WebGPU entry point; `navigator.gpu` by default. */
  readonly gpu?: GPU;
  readonly powerPreference?: GPUPowerPreference;
  /**
   * `adapter` (default) asks for everything the adapter has; `default` for exactly the specification's default limits
   * and no optional feature, which is what many phones give.
   */
  readonly limits?: 'adapter' | 'default';
  /** The int8 engine to use; measured when absent. */
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
}

/** Optional features that kernels, timing or storage can use. */
const usefulFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16'];

/**
 * Opens a GPU with everything it offers, and measures which int8 engine is fastest on it.
 * @throws DeviceError when there is no WebGPU, no adapter, or the adapter refuses the device or the engine
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<Device> {
  const gpu = options.gpu ?? (globalThis.navigator as Navigator | undefined)?.gpu;
  if (gpu === undefined) {
    throw new DeviceError(
      "openDevice: this environment has no WebGPU. In a browser use Chrome or Edge 113+, Safari 26+ or Firefox 141+, over https or localhost. In Node import openDevice from 'quadot/node'.",
    );
  }
  options.signal?.throwIfAborted();
  const adapter = await gpu.requestAdapter({ powerPreference: options.powerPreference });
  if (adapter === null) {
    throw new DeviceError(
      'openDevice: no WebGPU adapter. Install or update the GPU driver; in a browser, check that hardware acceleration is on.',
    );
  }
  const gpuDevice = await requestDevice(adapter, options);
  const device = new Device(gpu, gpuDevice, describeCapabilities(gpu, adapter, gpuDevice));
  try {
    await chooseEngine(device, options.engine);
    options.signal?.throwIfAborted();
    return device;
  } catch (error) {
    device.destroy();
    throw error;
  }
}

async function requestDevice(adapter: GPUAdapter, options: OpenDeviceOptions): Promise<GPUDevice> {
  try {
    return await adapter.requestDevice({ label: 'quadot', ...(options.limits !== 'default' && everything(adapter)) });
  } catch (cause) {
    throw new DeviceError(
      `openDevice: the adapter refuses a device (${cause instanceof Error ? cause.message : String(cause)}). Close other users of the GPU, or try { limits: 'default' }.`,
      { cause },
    );
  }
}

function everything(adapter: GPUAdapter): GPUDeviceDescriptor {
  const requiredLimits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') requiredLimits[name] = value;
  }
  return { requiredLimits, requiredFeatures: usefulFeatures.filter((feature) => adapter.features.has(feature)) };
}

async function chooseEngine(device: Device, wanted: Engine | undefined): Promise<void> {
  const available = availableEngines(device.capabilities);
  if (wanted !== undefined) {
    if (!available.includes(wanted)) {
      throw new DeviceError(
        `openDevice: engine "${wanted}" is not available here. This device has: ${available.join(', ')}.`,
      );
    }
    device.useEngine(wanted, {});
    return;
  }
  const speeds = await probeEngines(device, available);
  const fastest = available.reduce((best, next) => ((speeds[next] ?? 0) > (speeds[best] ?? 0) ? next : best));
  device.useEngine(fastest, speeds);
}
