import { DeviceError } from '../errors.ts';
import { isSoftwareAdapter } from '../gpu/capabilities.ts';
import { hasVulkanLoader, useSoftwareVulkan } from './software-gpu.ts';

/** Options of {@link openGpu}. */
export interface OpenGpuOptions {
  /** Which kind of adapter; `auto` takes hardware where there is some. The variable QUADOT_GPU sets the default. */
  gpu?: 'hardware' | 'software' | 'auto';
  /** Flags for Dawn, such as `backend=opengles`, besides those that make timestamps exact. */
  flags?: string[];
  /** `compatibility` also finds adapters that cannot do all of WebGPU, such as those of OpenGL ES; `core` by default. */
  featureLevel?: 'core' | 'compatibility';
}

// Browsers blur timestamps to 100 microseconds against timing attacks; in one's own process that only hides the figures.
const DEFAULT_FLAGS = ['disable-dawn-features=timestamp_quantization'];

/**
 * Opens WebGPU in Node through Dawn, and puts WebGPU's constants (`GPUBufferUsage` and so on) on `globalThis`.
 * @returns the equivalent of a browser's `navigator.gpu`; keep it alive for as long as its devices are in use
 * @throws DeviceError when there is no adapter, with the ways to get one
 */
export async function openGpu(options: OpenGpuOptions = {}): Promise<GPU> {
  const kind = gpuKind(options.gpu ?? (process.env['QUADOT_GPU'] || 'auto'));
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const { featureLevel } = options;
  const flags = mergeFlags([...DEFAULT_FLAGS, ...(options.flags ?? [])]);

  if (kind !== 'software' && (flags.some((flag) => flag.startsWith('backend=')) || hasVulkanLoader())) {
    const gpu = create(flags);
    const adapter = await gpu.requestAdapter({ featureLevel });
    if (adapter && !(kind === 'hardware' && isSoftwareAdapter(adapter.info))) return gpu;
  }
  if (kind !== 'hardware' && (await useSoftwareVulkan())) {
    const gpu = create(flags);
    if (await gpu.requestAdapter({ featureLevel })) return gpu;
  }
  throw new DeviceError(
    `No WebGPU adapter (looked for: ${kind}). For a hardware one, install its Vulkan driver ` +
      `(on Debian: mesa-vulkan-drivers, or the vendor's). For a software one on Linux x64: ` +
      `npm install --save-dev @sparticuz/chromium tar-fs`,
    { reason: 'unavailable' },
  );
}

/** Dawn keeps only the last flag of a name, so lists of features under one name become one list. */
function mergeFlags(flags: string[]): string[] {
  const merged = new Map<string, string>();
  for (const flag of flags) {
    const [name = '', value = ''] = flag.split(/=(.*)/s);
    const earlier = name.endsWith('-dawn-features') ? merged.get(name) : undefined;
    merged.set(name, earlier ? `${earlier},${value}` : value);
  }
  return [...merged].map(([name, value]) => `${name}=${value}`);
}

function gpuKind(text: string): 'hardware' | 'software' | 'auto' {
  if (text === 'hardware' || text === 'software' || text === 'auto') return text;
  throw new DeviceError(`QUADOT_GPU or the option gpu is "${text}". Use hardware, software or auto.`);
}
