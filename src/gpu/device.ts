import { DeviceError, QuadotError } from '../errors.ts';
import { availableEngines, type Capabilities, type Engine, type EngineSpeeds } from './capabilities.ts';
import { ConstantStore } from './constant-store.ts';
import { captureErrors } from './error-scopes.ts';
import { MemoryAccount, type MemoryReport } from './memory.ts';
import { type Pipeline, PipelineCache } from './pipelines.ts';
import { reopen, type OpenedGpu } from './reopen.ts';
import { untilAborted } from './until-aborted.ts';
import type { SpecializedShader } from './shader.ts';

/** A buffer to be made: what it is for is part of the account. */
export interface BufferRequest {
  /** `node/op/role` or `session/role`; shown by GPU debuggers and in errors. */
  readonly label: string;
  readonly owner: string;
  readonly purpose: string;
  readonly sizeBytes: number;
  readonly usage: GPUBufferUsageFlags;
  /** The GPUDevice that the rest of the work is on; the current one by default. */
  readonly on?: GPUDevice;
}

/** A texture to be made, likewise; of four bytes a texel. */
export interface TextureRequest extends Omit<BufferRequest, 'sizeBytes'> {
  readonly width: number;
  readonly height: number;
  readonly format: GPUTextureFormat;
}

/** Called once for each loss. */
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
  /** Of what the library itself has on the GPUDevice; told of a destroy as well, and before the others. */
  readonly #goneListeners = new Set<LostListener>();
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

  /**
   * Tells when the GPU is taken away; not when `destroy` gives it up. An error that the listener throws is reported as
   * uncaught.
   * @returns stops the listening
   */
  onLost(listener: LostListener): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  /**
   * For what holds memory on the device: tells when it is lost or destroyed. The listener must not throw.
   * @returns stops the listening
   */
  onGone(listener: LostListener): () => void {
    this.#goneListeners.add(listener);
    return () => this.#goneListeners.delete(listener);
  }

  /**
   * Opens the GPU again after a loss; does nothing when it is not lost. Sessions and preprocessors do it by themselves,
   * and make anew what they had there.
   * @param options.signal ends the waiting; the GPU that is being opened is there for who asks next
   * @throws DeviceError when it was destroyed, or no GPU comes back within some seconds
   */
  async recover({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#lost === undefined) return;
    if (this.#isDestroyed) throw this.#lost;
    this.#recovery ??= this.#reopen().finally(() => (this.#recovery = undefined));
    return untilAborted(this.#recovery, signal);
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
   * @param on the GPUDevice that the work belongs to, where it began before something was awaited
   * @throws DeviceError naming the work; that the device was lost, where `on` is no longer the one that is open
   */
  async guard<T>(what: string, work: (gpuDevice: GPUDevice) => T, on: GPUDevice = this.gpuDevice): Promise<T> {
    this.assertUsable();
    if (!this.isCurrent(on)) throw lostDuring(what);
    const { result, error } = captureErrors(on, () => work(on));
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
    const isKnown = cause instanceof DeviceError ? cause.reason !== 'internal' : cause instanceof QuadotError;
    if (isKnown) return cause;
    if (this.isCurrent(gpuDevice)) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const patience = new Promise((resolve) => (timer = setTimeout(resolve, lossNoticeMs)));
      await Promise.race([gpuDevice.lost, patience]);
      clearTimeout(timer);
    }
    if (!this.isCurrent(gpuDevice)) return this.#lost ?? lostDuring(what);
    if (cause instanceof DeviceError) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    return new DeviceError(`${what}: ${message}`, { cause, reason: 'internal' });
  }

  /**
   * A shader's pipeline, compiled once.
   * @param on as for `guard`
   * @throws DeviceError with the compiler's messages and the offending lines when it does not compile; or that the
   *   device was lost
   */
  async compile(shader: SpecializedShader, on: GPUDevice = this.gpuDevice): Promise<Pipeline> {
    const what = `compiling "${shader.name}"`;
    if (!this.isCurrent(on)) throw this.#lost ?? lostDuring(what);
    try {
      const pipeline = await this.#pipelines.get(shader);
      if (this.isCurrent(on)) return pipeline;
    } catch (cause) {
      throw await this.explain(cause, what, on);
    }
    throw this.#lost ?? lostDuring(what);
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
    const { label, owner, purpose, sizeBytes, usage, on } = request;
    const limit = this.capabilities.limits.maxBufferSize;
    if (sizeBytes > limit) {
      throw new DeviceError(
        `buffer "${label}": ${sizeBytes} bytes exceed this device's maxBufferSize of ${limit} by ${sizeBytes - limit}. Use a smaller batch or model.`,
        { reason: 'limit' },
      );
    }
    const size = Math.max(Math.ceil(sizeBytes / 4) * 4, 4);
    return this.#allocate(`buffer "${label}"`, owner, purpose, size, on, (gpuDevice) =>
      gpuDevice.createBuffer({ label, size, usage }),
    );
  }

  /**
   * Makes a two-dimensional texture and enters it in the account.
   * @throws DeviceError when it exceeds the device's limits or memory
   */
  async createTexture(request: TextureRequest): Promise<GPUTexture> {
    const { label, owner, purpose, width, height, format, usage, on } = request;
    const limit = this.capabilities.limits.maxTextureDimension2D;
    const longest = Math.max(width, height);
    if (longest > limit) {
      throw new DeviceError(
        `texture "${label}": ${width} x ${height} pixels exceed this device's maxTextureDimension2D of ${limit} by ${longest - limit}. Use a smaller image.`,
        { reason: 'limit' },
      );
    }
    return this.#allocate(`texture "${label}"`, owner, purpose, width * height * 4, on, (gpuDevice) =>
      gpuDevice.createTexture({ label, size: { width, height }, format, usage }),
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
    // The GPU first: nothing that a listener does must keep it.
    this.gpuDevice.destroy();
    this.#lose(error);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async #allocate<T extends GPUBuffer | GPUTexture>(
    what: string,
    owner: string,
    purpose: string,
    sizeBytes: number,
    on: GPUDevice | undefined,
    make: (gpuDevice: GPUDevice) => T,
  ): Promise<T> {
    let made: T | undefined;
    try {
      const allocation = await this.guard(`${what} of ${sizeBytes} bytes`, (gpuDevice) => (made = make(gpuDevice)), on);
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
    gpuDevice.addEventListener('uncapturederror', this.#onUncapturedError);
  }

  /** Nobody knows whose error it is, so it is not the caller's. */
  readonly #onUncapturedError = ({ error }: GPUUncapturedErrorEvent): void => {
    const reason = error.constructor.name === 'GPUOutOfMemoryError' ? 'out-of-memory' : 'internal';
    this.#uncaptured ??= new DeviceError(`GPU error outside any guarded call: ${error.message}`, { reason });
  };

  #lose(error: DeviceError): void {
    this.#lost = error;
    // In Node a GPUDevice with a listener lives as long as what the listener knows of: each would keep the other.
    this.gpuDevice.removeEventListener('uncapturederror', this.#onUncapturedError);
    this.#memory.clear();
    this.constants.clear();
    // Copies: listeners come and go while they are told.
    const goneListeners = [...this.#goneListeners];
    const lostListeners = error.reason === 'lost' ? [...this.#lostListeners] : [];
    for (const listener of goneListeners) listener(error);
    for (const listener of lostListeners) {
      try {
        listener(error);
      } catch (thrown) {
        queueMicrotask(() => {
          throw thrown;
        });
      }
    }
  }

  async #reopen(): Promise<void> {
    const opened = await reopen(this.#open, () => this.#isDestroyed).catch((error: unknown) => {
      throw this.#isDestroyed ? this.#lost! : error;
    });
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
