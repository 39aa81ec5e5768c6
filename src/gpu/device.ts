import { DeviceError } from '../errors.ts';
import { availableEngines, type Capabilities, type Engine, type EngineSpeeds } from './capabilities.ts';
import { MemoryAccount, type MemoryReport } from './memory.ts';
import { PipelineCache } from './pipelines.ts';

/** A buffer to be made: what it is for is part of the account. */
export interface BufferRequest {
  /** `node/op/role` or `session/role`; shown by GPU debuggers and in errors. */
  readonly label: string;
  readonly owner: string;
  readonly purpose: string;
  readonly sizeBytes: number;
  readonly usage: GPUBufferUsageFlags;
}

/** An open GPU: its capabilities, its buffers and its compiled pipelines. It knows no op. */
export class Device {
  readonly gpuDevice: GPUDevice;
  readonly capabilities: Capabilities;
  readonly pipelines: PipelineCache;
  /** Dawn frees its instance with this object, and with it the ground under the device. */
  readonly gpu: GPU;
  readonly #memory = new MemoryAccount();
  #engine: Engine;
  #engineSpeeds: EngineSpeeds = {};
  #lost: DeviceError | undefined;
  #uncaptured: DeviceError | undefined;

  constructor(gpu: GPU, gpuDevice: GPUDevice, capabilities: Capabilities) {
    this.gpu = gpu;
    this.gpuDevice = gpuDevice;
    this.capabilities = capabilities;
    this.pipelines = new PipelineCache(gpuDevice);
    this.#engine = availableEngines(capabilities)[0];
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

  /** The int8 engine kernels use unless a session asks for another. */
  get engine(): Engine {
    return this.#engine;
  }

  /** Measured int8 throughput by engine, in operations per second; empty when the engine was given. */
  get engineSpeeds(): EngineSpeeds {
    return this.#engineSpeeds;
  }

  /** Sets the engine, and what was measured to choose it. */
  useEngine(engine: Engine, speeds: EngineSpeeds): void {
    this.#engine = engine;
    this.#engineSpeeds = speeds;
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
