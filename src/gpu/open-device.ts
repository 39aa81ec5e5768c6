import { DeviceError } from '../errors.ts';
import { availableEngines, describeCapabilities, type Capabilities, type Engine } from './capabilities.ts';
import { Device } from './device.ts';
import { probeEngines } from './probe.ts';
import type { OpenedGpu } from './reopen.ts';

export interface OpenDeviceOptions {
  /** The WebGPU entry point; `navigator.gpu` by default. */
  readonly gpu?: GPU;
  readonly powerPreference?: GPUPowerPreference;
  /**
   * `adapter` (default) asks for everything the adapter has; `default` for exactly the specification's default limits
   * and no optional feature, which is what many phones give. A record does as `adapter`, and uses no more of the limits
   * it names than it says, in the units of WebGPU: to leave memory for others, or to see how a model does on less.
   */
  readonly limits?: 'adapter' | 'default' | Readonly<Record<string, number>>;
  /** `compatibility` also takes adapters that cannot do all of WebGPU, such as those of OpenGL ES 3.1; `core` by default. */
  readonly featureLevel?: 'core' | 'compatibility';
  /** The int8 engine to use; measured when absent. */
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
}

/** Optional features that kernels or timing can use. */
const usefulFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups'];

/**
 * Opens a GPU with everything it offers, and measures which int8 engine is fastest on it.
 * @throws DeviceError when there is no WebGPU, no adapter, or the adapter refuses the device or the engine
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<Device> {
  const gpu = options.gpu ?? (globalThis.navigator as Navigator | undefined)?.gpu;
  if (gpu === undefined) {
    throw new DeviceError(
      "openDevice: this environment has no WebGPU. In a browser use Chrome or Edge 113+, Safari 26+ or Firefox 141+, over https or localhost. In Node import openDevice from 'quadot/node'.",
      { reason: 'unavailable' },
    );
  }
  const open = (): Promise<OpenedGpu> => openGpuDevice(gpu, options);
  options.signal?.throwIfAborted();
  const device = new Device(gpu, await open(), open);
  try {
    await chooseEngine(device, options);
    options.signal?.throwIfAborted();
    return device;
  } catch (error) {
    device.destroy();
    throw error;
  }
}

async function openGpuDevice(gpu: GPU, options: OpenDeviceOptions): Promise<OpenedGpu> {
  const { powerPreference, featureLevel, limits = 'adapter' } = options;
  const adapter = await gpu.requestAdapter({ powerPreference, featureLevel });
  if (adapter === null) {
    throw new DeviceError(
      'openDevice: no WebGPU adapter. Install or update the GPU driver; in a browser, check that hardware acceleration is on.',
      { reason: 'unavailable' },
    );
  }
  const gpuDevice = await requestDevice(adapter, limits);
  const capabilities = describeCapabilities(gpu, adapter, gpuDevice);
  if (typeof limits !== 'object') return { gpuDevice, capabilities };
  try {
    return { gpuDevice, capabilities: capped(capabilities, limits) };
  } catch (error) {
    gpuDevice.destroy();
    throw error;
  }
}

async function requestDevice(
  adapter: GPUAdapter,
  limits: NonNullable<OpenDeviceOptions['limits']>,
): Promise<GPUDevice> {
  try {
    return await adapter.requestDevice({ label: 'quadot', ...(limits !== 'default' && everything(adapter)) });
  } catch (cause) {
    throw new DeviceError(
      `openDevice: the adapter refuses a device (${cause instanceof Error ? cause.message : String(cause)}). Close other users of the GPU, or try { limits: 'default' }.`,
      { cause, reason: 'unavailable' },
    );
  }
}

/** The capabilities with lower maxima. */
function capped(capabilities: Capabilities, caps: Readonly<Record<string, number>>): Capabilities {
  const limits = { ...capabilities.limits };
  for (const [name, cap] of Object.entries(caps)) {
    if (!name.startsWith('max') || !Object.hasOwn(limits, name) || !(cap >= 1)) {
      throw new DeviceError(
        `openDevice: limits.${name} = ${cap} is no maximum of WebGPU with a positive value. Use names such as maxBufferSize.`,
      );
    }
    limits[name] = Math.min(limits[name], Math.floor(cap));
  }
  return { ...capabilities, limits };
}

function everything(adapter: GPUAdapter): GPUDeviceDescriptor {
  const requiredLimits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') requiredLimits[name] = value;
  }
  return { requiredLimits, requiredFeatures: usefulFeatures.filter((feature) => adapter.features.has(feature)) };
}

async function chooseEngine(device: Device, { engine: wanted, signal }: OpenDeviceOptions): Promise<void> {
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
  const speeds = await probeEngines(device, available, signal);
  const fastest = available.reduce((best, next) => ((speeds[next] ?? 0) > (speeds[best] ?? 0) ? next : best));
  device.useEngine(fastest, speeds);
}
