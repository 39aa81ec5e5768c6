import { DeviceError, QuadotError } from '../errors.ts';
import { availableEngines, type Capabilities, type Engine, type EngineSpeeds } from './capabilities.ts';
import { ConstantStore } from './constant-store.ts';
import { captureErrors } from './error-scopes.ts';
import { MemoryAccount, type MemoryReport } from './memory.ts';
import { PipelineCache } from './pipelines.ts';
import { reopen, type OpenedGpu } from './reopen.ts';

/** A buffer to be made: what it is for is part of the account. */
export interface BufferRequest {
  /** `node/op/role` or `session/role`; shown by GPU debuggers and in errors. */
  readonly label: string;
  readonly owner: string;
  readonly purpose: string;
  readonly sizeBytes: number;
  readonly usage: GPUBufferUsageFlags;
}

/** A texture to be made, likewise; of four bytes a texel. */
export interface TextureRequest extends Omit<BufferRequest, 'sizeBytes'> {
  readonly width: number;
  readonly height: number;
  readonly format: GPUTextureFormat;
}

/** Called once for each loss, before anything that was pending is rejected because of it. */
export type LostListener = (error: DeviceError) => void;

/** How long after a failure the news of the device's loss may take. */
const lossNoticeMs = 1000;

/**
 * An open GPU: its capabilities, its buffers and its compiled pipelines. It knows no op.
 * When the system takes the GPU away (a driver's reset or update, a laptop that changes GPUs), everything on it is gone;
 * `recover` opens it again.
 */
export class Device {
  /** Dawn frees its instance with this object, and with it the ground under the device. */
  readonly gpu: GPU;
  /** Constants that several sessions may hold. */
  readonly constants: ConstantStore = new ConstantStore(this);
  readonly #open: () => Promise<OpenedGpu>;
  readonly #memory = new MemoryAccount();
  readonly #lostListeners = new Set<LostListener>();
  #opened: OpenedGpu;
  #pipelines: PipelineCache;
  #engine: Engine;
  #engineSpeeds: EngineSpeeds = {};
  #lost: DeviceError | undefined;
  #uncaptured: DeviceError | undefined;
  #recovery: Promise<void> | undefined;
  #isDestroyed = false;

  /** @param open opens another GPUDevice in the same way, after a loss */
  constructor(gpu: GPU, opened: OpenedGpu, open: () => Promise<OpenedGpu>) {
    this.gpu = gpu;
    this.#open = open;
    this.#opened = opened;
    this.#pipelines = new PipelineCache(opened.gpuDevice);
    this.#engine = availableEngines(opened.capabilities)[0];
    this.#watch(opened.gpuDevice);
  }

  /** Another one after each recovery. */
  get gpuDevice(): GPUDevice {
    return this.#opened.gpuDevice;
  }

  get capabilities(): Capabilities {
    return this.#opened.capabilities;
  }

  get pipelines(): PipelineCache {
    return this.#pipelines;
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

  /** Whether the GPU was taken away and not yet opened again. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Whether what was made on that GPUDevice can still be used. */
  isCurrent(gpuDevice: GPUDevice): boolean {
    return !this.isLost && gpuDevice === this.gpuDevice;
  }

  /** @returns stops the listening */
  onLost(listener: LostListener): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  /**
   * Opens the GPU again after a loss; does nothing when it is not lost. Sessions and preprocessors do it by themselves,
   * and make anew what they had there.
   * @throws DeviceError when it was destroyed, or no GPU comes back within some seconds
   */
  async recover(): Promise<void> {
    if (this.#lost === undefined) return;
    if (this.#isDestroyed) throw this.#lost;
    this.#recovery ??= this.#reopen().finally(() => (this.#recovery = undefined));
    return this.#recovery;
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
   * @throws DeviceError naming the work
   */
  async guard<T>(what: string, work: () => T): Promise<T> {
    this.assertUsable();
    const { gpuDevice } = this;
    const { result, error } = captureErrors(gpuDevice, work);
    const captured = await this.settle(what, error);
    if (captured !== undefined) throw new DeviceError(`${what}: ${captured.message}`, { reason: captured.reason });
    return result;
  }

  /**
   * What to report when a promise of the GPU was rejected: its own error, or that the device was lost, the news of
   * which may come a moment later.
   * @param gpuDevice on which it failed
   */
  async explain(cause: unknown, what: string, gpuDevice: GPUDevice): Promise<unknown> {
    if (cause instanceof QuadotError) return cause;
    if (this.isCurrent(gpuDevice)) {
      await Promise.race([gpuDevice.lost, new Promise((resolve) => setTimeout(resolve, lossNoticeMs))]);
    }
    if (!this.isCurrent(gpuDevice)) return this.#lost ?? lostDuring(what);
    const message = cause instanceof Error ? cause.message : String(cause);
    return new DeviceError(`${what}: ${message}`, { cause, reason: 'internal' });
  }

  /**
   * Waits for something of the GPU that ends in any case, such as the work submitted so far.
   * @throws DeviceError when the device is lost meanwhile: what ended then is not the work
   */
  async settle<T>(what: string, pending: Promise<T>): Promise<T> {
    const { gpuDevice } = this;
    let result: T;
    try {
      result = await pending;
    } catch (cause) {
      throw await this.explain(cause, what, gpuDevice);
    }
    if (!this.isCurrent(gpuDevice)) throw this.#lost ?? lostDuring(what);
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
        { reason: 'limit' },
      );
    }
    const size = Math.max(Math.ceil(sizeBytes / 4) * 4, 4);
    return this.#allocate(`buffer "${label}"`, owner, purpose, size, () =>
      this.gpuDevice.createBuffer({ label, size, usage }),
    );
  }

  /**
   * Makes a two-dimensional texture and enters it in the account.
   * @throws DeviceError when it exceeds the device's limits or memory
   */
  async createTexture(request: TextureRequest): Promise<GPUTexture> {
    const { label, owner, purpose, width, height, format, usage } = request;
    return this.#allocate(`texture "${label}"`, owner, purpose, width * height * 4, () =>
      this.gpuDevice.createTexture({ label, size: { width, height }, format, usage }),
    );
  }

  /** Destroys what `createBuffer` or `createTexture` made. Safe to call twice. */
  release(allocation: GPUBuffer | GPUTexture): void {
    this.#memory.remove(allocation);
    allocation.destroy();
  }

  /** Enters other owners of an allocation in the account. */
  assignOwners(allocation: GPUBuffer, owners: readonly string[]): void {
    this.#memory.assign(allocation, owners);
  }

  /** What is held on the device, by whom and for what. */
  memory(): MemoryReport {
    return this.#memory.report();
  }

  /** Frees the device and everything on it; what is pending is rejected. Safe to call twice. */
  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    const error = new DeviceError('the device was destroyed. Open a new one with openDevice().', {
      reason: 'destroyed',
    });
    if (this.isLost) this.#lost = error;
    else this.#lose(error);
    this.gpuDevice.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async #allocate<T extends GPUBuffer | GPUTexture>(
    what: string,
    owner: string,
    purpose: string,
    sizeBytes: number,
    make: () => T,
  ): Promise<T> {
    let made: T | undefined;
    try {
      const allocation = await this.guard(`${what} of ${sizeBytes} bytes`, () => (made = make()));
      this.#memory.add(allocation, owner, purpose, sizeBytes);
      return allocation;
    } catch (error) {
      made?.destroy();
      if (!(error instanceof DeviceError && error.reason === 'out-of-memory')) throw error;
      throw new DeviceError(
        `${error.message} The device holds ${this.memory().totalBytes} bytes already. Destroy other sessions, or use a smaller batch or model.`,
        { cause: error.cause, reason: 'out-of-memory' },
      );
    }
  }

  #watch(gpuDevice: GPUDevice): void {
    void gpuDevice.lost.then(({ message }) => {
      if (this.isLost || gpuDevice !== this.gpuDevice) return;
      this.#lose(
        new DeviceError(
          `the GPU device was lost (${message || 'the driver gave no reason'}). Run again, or call recover().`,
          { reason: 'lost' },
        ),
      );
    });
    gpuDevice.addEventListener('uncapturederror', (event) => {
      if (gpuDevice !== this.gpuDevice) return;
      this.#uncaptured ??= new DeviceError(`GPU error outside any guarded call: ${event.error.message}`, {
        reason: 'validation',
      });
    });
  }

  #lose(error: DeviceError): void {
    this.#lost = error;
    this.#memory.clear();
    this.constants.clear();
    for (const listener of this.#lostListeners) listener(error);
  }

  async #reopen(): Promise<void> {
    const opened = await reopen(this.#open, () => this.#isDestroyed);
    if (this.#isDestroyed) {
      opened.gpuDevice.destroy();
      throw this.#lost!;
    }
    this.#opened = opened;
    this.#pipelines = new PipelineCache(opened.gpuDevice);
    const engines = availableEngines(opened.capabilities);
    // The adapter may be another one; what was measured on the old one is kept as the better guess than none.
    if (!engines.includes(this.#engine)) this.useEngine(engines[0], {});
    this.#uncaptured = undefined;
    this.#lost = undefined;
    this.#watch(opened.gpuDevice);
  }
}

function lostDuring(what: string): DeviceError {
  return new DeviceError(`${what}: the GPU device was lost meanwhile. Run again.`, { reason: 'lost' });
}
