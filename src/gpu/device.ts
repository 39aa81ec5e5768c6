import { DeviceError } from '../errors.ts';
import { availableEngines, describeCapabilities, type Capabilities, type Engine } from './capabilities.ts';
import { MemoryAccount, type MemoryReport } from './memory.ts';
import { PipelineCache } from './pipelines.ts';
import { probeEngines, type EngineSpeeds } from './probe.ts';

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
}

/** A buffer to be made: what it is for is part of the account. */
export interface BufferRequest {
  /** `node/op/role` or `session/role`; shown by GPU debuggers and in errors. */
  readonly label: string;
  readonly owner: string;
  readonly purpose: string;
  readonly sizeBytes: number;
  readonly usage: GPUBufferUsageFlags;
}

/** Optional features that kernels, timing or storage can use. */
const usefulFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16'];

/** An open GPU: its capabilities, its buffers and its compiled pipelines. It knows no op. */
export class Device {
  readonly gpuDevice: GPUDevice;
  readonly capabilities: Capabilities;
  readonly pipelines: PipelineCache;
  /** Measured int8 throughput by engine, in operations per second; empty when the engine was given. */
  readonly engineSpeeds: EngineSpeeds;
  /** The int8 engine kernels use unless a session asks for another. */
  readonly engine: Engine;
  /** Dawn frees its instance with this object, and with it the ground under the device. */
  readonly gpu: GPU;
  readonly #memory = new MemoryAccount();
  #lost: DeviceError | undefined;
  #uncaptured: DeviceError | undefined;

  private constructor(
    gpu: GPU,
    gpuDevice: GPUDevice,
    capabilities: Capabilities,
    engine: Engine,
    engineSpeeds: EngineSpeeds,
  ) {
    this.gpu = gpu;
    this.gpuDevice = gpuDevice;
    this.capabilities = capabilities;
    this.pipelines = new PipelineCache(gpuDevice);
    this.engine = engine;
    this.engineSpeeds = engineSpeeds;
    void gpuDevice.lost.then(({ reason, message }) => {
      this.#lost = new DeviceError(
        reason === 'destroyed'
          ? 'the device was destroyed. Open a new one with openDevice().'
          : `the GPU device was lost (${message || 'the driver gave no reason'}). Open a new one with openDevice().`,
      );
    });
    gpuDevice.addEventListener('uncapturederror', (event) => {
      this.#uncaptured ??= new DeviceError(`GPU error outside any guarded call: ${event.error.message}`);
    });
  }

  /** @throws DeviceError when there is no adapter, or the adapter refuses the device */
  static async open(options: OpenDeviceOptions = {}): Promise<Device> {
    const gpu = options.gpu ?? (globalThis.navigator as Navigator | undefined)?.gpu;
    if (gpu === undefined) {
      throw new DeviceError(
        "openDevice: this environment has no WebGPU. In a browser use Chrome or Edge 113+, Safari 26+ or Firefox 141+, over https or localhost. In Node import openDevice from 'quadot/node'.",
      );
    }
    const adapter = await gpu.requestAdapter({ powerPreference: options.powerPreference });
    if (adapter === null) {
      throw new DeviceError(
        'openDevice: no WebGPU adapter. Install or update the GPU driver; in a browser, check that hardware acceleration is on.',
      );
    }
    const gpuDevice = await adapter.requestDevice(
      options.limits === 'default' ? { label: 'quadot' } : { label: 'quadot', ...everything(adapter) },
    );
    const capabilities = describeCapabilities(gpu, adapter, gpuDevice);
    const { engine, speeds } = await chooseEngine(gpuDevice, capabilities, options.engine);
    return new Device(gpu, gpuDevice, capabilities, engine, speeds);
  }

  /** Whether the optional WebGPU feature is on. */
  has(feature: GPUFeatureName): boolean {
    return this.capabilities.features.includes(feature);
  }

  /** Throws the error that made the device unusable, or one that reached it outside a guarded call. */
  assertUsable(): void {
    if (this.#lost !== undefined) throw this.#lost;
    const uncaptured = this.#uncaptured;
    this.#uncaptured = undefined;
    if (uncaptured !== undefined) throw uncaptured;
  }

  /**
   * Runs a synchronous piece of GPU work and reports its validation, out-of-memory and internal errors.
   * Scopes are a stack of the device, so the work must not await: they are pushed and popped around it at once.
   * @throws DeviceError naming the work
   */
  async guard<T>(what: string, work: () => T): Promise<T> {
    this.assertUsable();
    const filters: readonly GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal'];
    for (const filter of filters) this.gpuDevice.pushErrorScope(filter);
    let result: T;
    let scopes: Promise<(GPUError | null)[]>;
    try {
      result = work();
    } finally {
      scopes = Promise.all(filters.map(() => this.gpuDevice.popErrorScope()));
    }
    let errors: (GPUError | null)[];
    try {
      errors = await scopes;
    } catch (cause) {
      this.assertUsable();
      throw new DeviceError(`${what}: the device stopped answering.`, { cause });
    }
    const error = errors.find((candidate) => candidate !== null);
    if (error !== undefined && error !== null) throw new DeviceError(`${what}: ${error.message}`);
    return result;
  }

  /**
   * Makes a buffer and enters it in the account.
   * @throws DeviceError when it exceeds the device's limits or memory
   */
  async createBuffer(request: BufferRequest): Promise<GPUBuffer> {
    const { label, owner, purpose, sizeBytes, usage } = request;
    const limit = this.capabilities.limits.maxBufferSize;
    if (sizeBytes > limit) {
      throw new DeviceError(
        `buffer "${label}": ${sizeBytes} bytes exceed this device's maxBufferSize of ${limit} by ${sizeBytes - limit}. Use a smaller batch or model.`,
      );
    }
    const buffer = await this.guard(`buffer "${label}" of ${sizeBytes} bytes`, () =>
      this.gpuDevice.createBuffer({ label, size: Math.max(Math.ceil(sizeBytes / 4) * 4, 4), usage }),
    );
    this.#memory.add(buffer, owner, purpose);
    return buffer;
  }

  /** Destroys a buffer made by `createBuffer`. Safe to call twice. */
  destroyBuffer(buffer: GPUBuffer): void {
    this.#memory.remove(buffer);
    buffer.destroy();
  }

  /** What is held on the device, by whom and for what. */
  memory(): MemoryReport {
    return this.#memory.report();
  }

  /** Frees the device and everything on it. Safe to call twice. */
  destroy(): void {
    this.gpuDevice.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** Opens a GPU with everything it offers, and measures which int8 engine is fastest on it. */
export function openDevice(options: OpenDeviceOptions = {}): Promise<Device> {
  return Device.open(options);
}

function everything(adapter: GPUAdapter): GPUDeviceDescriptor {
  const requiredLimits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') requiredLimits[name] = value;
  }
  return { requiredLimits, requiredFeatures: usefulFeatures.filter((feature) => adapter.features.has(feature)) };
}

async function chooseEngine(
  gpuDevice: GPUDevice,
  capabilities: Capabilities,
  wanted: Engine | undefined,
): Promise<{ engine: Engine; speeds: EngineSpeeds }> {
  const available = availableEngines(capabilities);
  if (wanted !== undefined) {
    if (!available.includes(wanted)) {
      throw new DeviceError(
        `openDevice: engine "${wanted}" is not available here. This device has: ${available.join(', ')}.`,
      );
    }
    return { engine: wanted, speeds: {} };
  }
  const speeds = await probeEngines(gpuDevice, available);
  const engine = available.reduce((best, next) => ((speeds[next] ?? 0) > (speeds[best] ?? 0) ? next : best));
  return { engine, speeds };
}
