import { DeviceError, ShapeError } from '../errors.ts';
import { availableEngines, type Engine } from '../gpu/capabilities.ts';
import type { Device } from '../gpu/device.ts';
import { mapForReading } from '../gpu/map-for-reading.ts';
import { untilAborted } from '../gpu/until-aborted.ts';
import type { Graph } from '../graph/graph.ts';
import { withBatch } from '../graph/propagate-shapes.ts';
import { loadOps } from '../ops/registry.ts';
import type { Rounding } from '../tensor/requantize.ts';
import { emptyTensor, type Tensor, type TensorType } from '../tensor/tensor.ts';
import type { CompileOptions } from './compile.ts';
import { describeStep } from './describe-step.ts';
import { GpuTensor } from './gpu-tensor.ts';
import type { Layer, LayerReport, Profile } from './reports.ts';
import type { LoadProgress } from './resources.ts';
import type { RunInputs } from './session-inputs.ts';
import { SessionOutputs } from './session-outputs.ts';
import { SessionState, type SessionPlan } from './session-state.ts';

export interface SessionOptions {
  /** The int8 engine; the device's measured choice by default. */
  readonly engine?: Engine;
  /** How int32 sums become int8; `float` by default. */
  readonly rounding?: Rounding;
  /** Merge nodes (activations, residual adds, pads); on by default. Off, every node is a layer of its own, but for what depends on constants only. */
  readonly fusion?: boolean;
  /**
   * Nodes whose shaders differ only in sizes share a pipeline that reads the sizes at run time: far fewer pipelines to
   * compile, at the price of what compilers make of constants. On by default for software adapters, which compile
   * slowly and gain nothing from constants.
   */
  readonly sharePipelines?: boolean;
  /**
   * How float32 activations and weights lie on the device. `float16` halves their memory, and what crosses the bus, on
   * every device; layers compute in float32 and round what they store to 11 bits, and to ±65504. Inputs and outputs of
   * the graph stay float32, and int8 is not concerned. `float32` by default.
   */
  readonly storage?: 'float32' | 'float16';
  /** Overrides the first axis of every input. */
  readonly batch?: number;
  /** How many runs may be on the GPU at once; 3 by default. */
  readonly maxInFlight?: number;
  /**
   * What a run does when the GPU was taken away since the last: `automatic` (default) opens it again and uploads
   * everything anew before it runs; `manual` refuses until `recover()` is called.
   */
  readonly recovery?: 'automatic' | 'manual';
  readonly acceptKernel?: CompileOptions['acceptKernel'];
  readonly onProgress?: LoadProgress;
  readonly signal?: AbortSignal;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
}

let sessionCount = 0;

/** A graph on a device: compiled, uploaded and bound once, then run any number of times. */
export class Session {
  readonly device: Device;
  /** The graph as given (with the batch override). */
  readonly graph: Graph;
  readonly rounding: Rounding;
  readonly #plan: SessionPlan;
  readonly #recoversByItself: boolean;
  /** As the caller wants it. */
  readonly #sharePipelines: boolean | undefined;
  #state: SessionState;
  #recovery: Promise<void> | undefined;
  #destroyed: DeviceError | undefined;

  private constructor(
    plan: SessionPlan,
    state: SessionState,
    recoversByItself: boolean,
    sharePipelines: boolean | undefined,
  ) {
    this.device = plan.device;
    this.graph = plan.graph;
    this.rounding = plan.options.rounding;
    this.#plan = plan;
    this.#state = state;
    this.#recoversByItself = recoversByItself;
    this.#sharePipelines = sharePipelines;
  }

  /**
   * Compiles the kernels (in parallel), plans memory, uploads the weights. A device that was lost is opened again.
   * @throws ShapeError, UnsupportedOpError for the graph; DeviceError when it does not fit the device
   */
  static async create(device: Device, source: Graph, options: SessionOptions = {}): Promise<Session> {
    options.signal?.throwIfAborted();
    const { maxInFlight = 3, recovery = 'automatic' } = options;
    if (!Number.isInteger(maxInFlight) || maxInFlight < 1) {
      throw new ShapeError(`createSession: maxInFlight is ${maxInFlight}. Give an integer of at least 1.`);
    }
    await device.recover(options);
    device.assertUsable();
    const available = availableEngines(device.capabilities);
    if (options.engine !== undefined && !available.includes(options.engine)) {
      throw new DeviceError(
        `createSession: engine "${options.engine}" is not available here. This device has: ${available.join(', ')}.`,
      );
    }
    await untilAborted(loadOps(source), options.signal);
    const graph = options.batch === undefined ? source : withBatch(source, options.batch);
    const plan: SessionPlan = {
      device,
      owner: `session:${graph.name}#${++sessionCount}`,
      graph,
      outputs: new SessionOutputs(graph),
      options: {
        engine: options.engine ?? device.engine,
        rounding: options.rounding ?? 'float',
        fusion: options.fusion ?? true,
        sharePipelines: options.sharePipelines ?? device.capabilities.isSoftware,
        acceptKernel: options.acceptKernel,
        halves: options.storage === 'float16' ? await import('./halves.ts') : undefined,
      },
      maxInFlight,
    };
    const state = await SessionState.open(plan, options.onProgress, options.signal);
    return new Session(plan, state, recovery === 'automatic', options.sharePipelines);
  }

  /**
   * One inference. Several may be submitted without waiting; they run in order. Host arrays must not change until the
   * promise settles.
   * @param inputs one entry for each graph input; states (`graph.states`) that are left out begin anew
   * @returns a tensor for each graph output
   * @throws ShapeError when an input is missing, unknown, or of another dtype or shape; DeviceError on GPU failures
   */
  async run(inputs: RunInputs, options: RunOptions = {}): Promise<Record<string, Tensor>> {
    const { signal } = options;
    const state = await this.#begin(inputs, signal);
    const readback = await state.readbacks.acquire(signal);
    const what = `${this.#plan.owner}: run`;
    const work = async (): Promise<Record<string, Tensor>> => {
      try {
        await Promise.all([
          this.device.guard(
            what,
            ({ queue }) => {
              signal?.throwIfAborted();
              const encoder = state.encode(inputs);
              for (const { name, offset } of this.#plan.outputs.list) state.copyValue(encoder, name, readback, offset);
              queue.submit([encoder.finish()]);
            },
            state.gpuDevice,
          ),
          mapForReading(this.device, state.gpuDevice, readback, what, state.assertOpen),
        ]);
        return this.#plan.outputs.unpack(readback.getMappedRange());
      } finally {
        state.readbacks.release(readback);
      }
    };
    // An aborted run's buffer goes back to the ring when the GPU is done with it.
    return this.#reporting(state, inputs, untilAborted(work(), signal));
  }

  /**
   * Like `run`, with the outputs left on the device as tensors that the caller destroys. Nothing is waited for but the
   * queueing, so a caller that produces faster than the device should await `queue.onSubmittedWorkDone()` now and then.
   */
  async runOnDevice(inputs: RunInputs, options: RunOptions = {}): Promise<Record<string, GpuTensor>> {
    const { signal } = options;
    const state = await this.#begin(inputs, signal);
    const results = new Map<string, GpuTensor>();
    const work = async (): Promise<void> => {
      for (const { name, type } of this.#plan.outputs.list) {
        if (results.has(name)) continue;
        results.set(name, await GpuTensor.create(this.device, type, `${this.#plan.owner}/${name}`));
      }
      signal?.throwIfAborted();
      await this.device.guard(`${this.#plan.owner}: run`, () => {
        const encoder = state.encode(inputs);
        for (const [name, { buffer }] of results) state.copyValue(encoder, name, buffer, 0);
        state.gpuDevice.queue.submit([encoder.finish()]);
      });
    };
    try {
      await this.#reporting(state, inputs, work());
      return Object.fromEntries(results);
    } catch (error) {
      for (const tensor of results.values()) tensor.destroy();
      throw error;
    }
  }

  /**
   * Runs layer by layer. Each layer's output can be read before the next is asked for.
   * With fusion on, a layer may stand for several nodes of the graph. Nothing else may run on the session meanwhile.
   * @throws DeviceError when another run has overwritten the layers' inputs; ShapeError as `run`
   */
  async *layers(inputs: RunInputs, options: RunOptions = {}): AsyncGenerator<Layer, void, void> {
    const state = await this.#begin(inputs, options.signal);
    const { runLayers } = await import('./session-layers.ts');
    const { device, owner } = this.#plan;
    yield* runLayers({ device, owner, state, typeOf: (name) => this.#typeOf(name) }, inputs, options.signal);
  }

  /** The int8 engine in use; after a loss it may be another one, where the GPU that came back lacks it. */
  get engine(): Engine {
    return this.#state.engine;
  }

  /** What will run: each layer's kernel, shapes and cost. */
  inspect(): readonly LayerReport[] {
    return this.#state.program.steps.map((step) => describeStep(step, this.#typeOf(step.node.outputs[0])));
  }

  /** Median time of each layer over several runs; 10 by default. */
  async profile(inputs: RunInputs, options: RunOptions & { readonly runs?: number } = {}): Promise<Profile> {
    const { runs = 10, signal } = options;
    const state = await this.#begin(inputs, signal);
    const { owner } = this.#plan;
    const upload = this.device.guard(`${owner}: inputs`, () => {
      state.assertOpen();
      state.writes++;
      const encoder = state.gpuDevice.createCommandEncoder({ label: owner });
      state.inputs.encode(encoder, inputs);
      state.gpuDevice.queue.submit([encoder.finish()]);
    });
    const times = upload.then(async () => {
      const { profileSteps } = await import('./profile.ts');
      return profileSteps(this.device, owner, state.resources.steps, runs, signal);
    });
    const { medians, clock } = await this.#reporting(state, inputs, untilAborted(times, signal));
    state.writes++;
    const layers = this.inspect().map((report, index) => ({ ...report, medianMicros: medians[index] }));
    return { layers, totalMicros: medians.reduce((sum, micros) => sum + micros, 0), runs, clock };
  }

  /** Runs once on zeros, so that the first real run finds everything compiled and resident. */
  async warmUp(options: RunOptions = {}): Promise<void> {
    const zeros = this.graph.inputs.map((name) => [name, emptyTensor(this.graph.values[name])] as const);
    await this.run(Object.fromEntries(zeros), options);
  }

  /**
   * Opens a GPU that was taken away again, and puts the session there anew. Runs do it by themselves, unless the session
   * was created with `recovery: 'manual'`.
   * @param options.signal ends the waiting; what was begun is there for the next run
   * @throws DeviceError when no GPU comes back, or the session does not fit the one that does
   */
  async recover({ signal }: RunOptions = {}): Promise<void> {
    this.#assertAlive();
    signal?.throwIfAborted();
    if (this.device.isCurrent(this.#state.gpuDevice)) return;
    this.#recovery ??= this.#reopen().finally(() => (this.#recovery = undefined));
    return untilAborted(this.#recovery, signal);
  }

  /** Frees what the session holds on the device. Runs that wait or are under way are rejected. Safe to call twice. */
  destroy(): void {
    if (this.#destroyed !== undefined) return;
    this.#destroyed = new DeviceError(`${this.#plan.owner} was destroyed. Create a new session.`, {
      reason: 'destroyed',
    });
    this.#state.close(this.#destroyed);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** The state that a run takes place on, after all that must be awaited before. */
  async #begin(inputs: RunInputs, signal: AbortSignal | undefined): Promise<SessionState> {
    this.#assertAlive();
    signal?.throwIfAborted();
    if (!this.device.isCurrent(this.#state.gpuDevice)) {
      if (!this.#recoversByItself) {
        this.device.assertUsable();
        throw new DeviceError(`${this.#plan.owner} was lost with its device. Call its recover().`, { reason: 'lost' });
      }
      await this.recover({ signal });
    }
    const state = this.#state;
    await state.inputs.prepare(inputs);
    this.#assertAlive();
    return state;
  }

  async #reopen(): Promise<void> {
    await this.device.recover();
    const { options } = this.#plan;
    // It may be another adapter.
    const available = availableEngines(this.device.capabilities);
    const engine = available.includes(options.engine) ? options.engine : this.device.engine;
    const sharePipelines = this.#sharePipelines ?? this.device.capabilities.isSoftware;
    const state = await SessionState.open({ ...this.#plan, options: { ...options, engine, sharePipelines } });
    if (this.#destroyed !== undefined) {
      state.close(this.#destroyed);
      throw this.#destroyed;
    }
    this.#state = state;
  }

  /** Waits for a run's work, and reports the cause rather than the symptom when it fails. */
  async #reporting<T>(state: SessionState, inputs: RunInputs, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#assertAlive();
      state.assertOpen();
      if (error instanceof DeviceError && error.reason === 'validation') await state.findFailingStep(inputs);
      throw error;
    }
  }

  /** A value's type as the caller's graph has it, uint8 where the device holds int8; but float16 where it is stored so. */
  #typeOf(name: string): TensorType {
    const held = this.#state.program.graph.values[name];
    return held.dtype === 'float16' || !Object.hasOwn(this.graph.values, name) ? held : this.graph.values[name];
  }

  #assertAlive(): void {
    if (this.#destroyed !== undefined) throw this.#destroyed;
  }
}

/** Puts a graph on a device, ready to run. */
export function createSession(device: Device, graph: Graph, options: SessionOptions = {}): Promise<Session> {
  return Session.create(device, graph, options);
}
