import { DeviceError, ShapeError } from '../errors.ts';
import { availableEngines, type Engine } from '../gpu/capabilities.ts';
import type { Device } from '../gpu/device.ts';
import { ReadbackRing } from '../gpu/readback-ring.ts';
import type { Graph } from '../graph/graph.ts';
import { withBatch } from '../graph/propagate-shapes.ts';
import { deviceBytes } from '../tensor/quads.ts';
import type { Rounding } from '../tensor/requantize.ts';
import { emptyTensor, type Tensor, type TensorType } from '../tensor/tensor.ts';
import { compile, type CompileOptions, type Program } from './compile.ts';
import { GpuTensor } from './gpu-tensor.ts';
import { unpackOutput } from './host-io.ts';
import { profileSteps } from './profile.ts';
import type { Layer, LayerReport, Profile } from './reports.ts';
import { createResources, encodeStep, type LoadProgress, type Resources } from './resources.ts';
import { SessionInputs, type RunInputs } from './session-inputs.ts';
import { describeStep, runLayers, type LayerHost } from './session-layers.ts';

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
  /** Overrides the first axis of every input. */
  readonly batch?: number;
  /** How many runs may be on the GPU at once; 3 by default. */
  readonly maxInFlight?: number;
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
  readonly engine: Engine;
  readonly rounding: Rounding;
  readonly #owner: string;
  readonly #program: Program;
  readonly #resources: Resources;
  readonly #readbacks: ReadbackRing;
  readonly #inputs: SessionInputs;
  readonly #outputs: readonly { readonly name: string; readonly type: TensorType; readonly offset: number }[];
  readonly #writes = { count: 0 };
  #isDestroyed = false;

  private constructor(
    device: Device,
    graph: Graph,
    options: CompileOptions,
    owner: string,
    program: Program,
    resources: Resources,
    readbacks: ReadbackRing,
  ) {
    this.device = device;
    this.graph = graph;
    this.engine = options.engine;
    this.rounding = options.rounding;
    this.#owner = owner;
    this.#program = program;
    this.#resources = resources;
    this.#readbacks = readbacks;
    this.#inputs = new SessionInputs(device, owner, graph, resources.locate);
    let offset = 0;
    this.#outputs = graph.outputs.map((name) => {
      const output = { name, type: graph.values[name], offset };
      offset += deviceBytes(output.type.dtype, output.type.shape);
      return output;
    });
  }

  /**
   * Compiles the kernels (in parallel), plans memory, uploads the weights.
   * @throws ShapeError, UnsupportedOpError for the graph; DeviceError when it does not fit the device
   */
  static async create(device: Device, source: Graph, options: SessionOptions = {}): Promise<Session> {
    device.assertUsable();
    options.signal?.throwIfAborted();
    const maxInFlight = options.maxInFlight ?? 3;
    if (!Number.isInteger(maxInFlight) || maxInFlight < 1) {
      throw new ShapeError(`createSession: maxInFlight is ${maxInFlight}. Give an integer of at least 1.`);
    }
    const available = availableEngines(device.capabilities);
    if (options.engine !== undefined && !available.includes(options.engine)) {
      throw new DeviceError(
        `createSession: engine "${options.engine}" is not available here. This device has: ${available.join(', ')}.`,
      );
    }
    const graph = options.batch === undefined ? source : withBatch(source, options.batch);
    const compileOptions: CompileOptions = {
      engine: options.engine ?? device.engine,
      rounding: options.rounding ?? 'float',
      fusion: options.fusion ?? true,
      sharePipelines: options.sharePipelines ?? device.capabilities.isSoftware,
      acceptKernel: options.acceptKernel,
    };
    const owner = `session:${graph.name}#${++sessionCount}`;
    const program = compile(graph, device.capabilities, compileOptions);
    const resources = await createResources(device, owner, program, options.onProgress, options.signal);
    try {
      const sizes = graph.outputs.map((name) => deviceBytes(graph.values[name].dtype, graph.values[name].shape));
      const outputBytes = sizes.reduce((sum, size) => sum + size, 0);
      const readbacks = await ReadbackRing.create(device, owner, outputBytes, maxInFlight);
      return new Session(device, graph, compileOptions, owner, program, resources, readbacks);
    } catch (error) {
      for (const buffer of resources.buffers) device.destroyBuffer(buffer);
      throw error;
    }
  }

  /**
   * One inference. Several may be submitted without waiting; they run in order. Host arrays must not change until the
   * promise settles.
   * @param inputs one entry for each graph input
   * @returns a tensor for each graph output
   * @throws ShapeError when an input is missing, unknown, or of another dtype or shape; DeviceError on GPU failures
   */
  async run(inputs: RunInputs, options: RunOptions = {}): Promise<Record<string, Tensor>> {
    await this.#begin(inputs, options);
    const readback = await this.#readbacks.acquire(options.signal);
    try {
      this.#assertAlive();
      options.signal?.throwIfAborted();
      await Promise.all([
        this.device.guard(`${this.#owner}: run`, () => {
          const encoder = this.#encodeRun(inputs);
          for (const { name, offset } of this.#outputs) this.#copyOutput(encoder, name, readback, offset);
          this.device.gpuDevice.queue.submit([encoder.finish()]);
        }),
        readback.mapAsync(GPUMapMode.READ),
      ]);
      const bytes = readback.getMappedRange();
      return Object.fromEntries(
        this.#outputs.map(({ name, type, offset }) => [name, unpackOutput(type, bytes, offset)]),
      );
    } catch (error) {
      this.#assertAlive();
      this.device.assertUsable();
      throw error;
    } finally {
      this.#readbacks.release(readback);
    }
  }

  /**
   * Like `run`, with the outputs left on the device as tensors that the caller destroys. Nothing is waited for but the
   * queueing, so a caller that produces faster than the device should await `queue.onSubmittedWorkDone()` now and then.
   */
  async runOnDevice(inputs: RunInputs, options: RunOptions = {}): Promise<Record<string, GpuTensor>> {
    await this.#begin(inputs, options);
    const results = new Map<string, GpuTensor>();
    try {
      for (const { name, type } of this.#outputs) {
        if (results.has(name)) continue;
        results.set(name, await GpuTensor.create(this.device, type, `${this.#owner}/${name}`));
      }
      this.#assertAlive();
      options.signal?.throwIfAborted();
      await this.device.guard(`${this.#owner}: run`, () => {
        const encoder = this.#encodeRun(inputs);
        for (const [name, { buffer }] of results) this.#copyOutput(encoder, name, buffer, 0);
        this.device.gpuDevice.queue.submit([encoder.finish()]);
      });
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
    await this.#begin(inputs, options);
    const host: LayerHost = {
      device: this.device,
      owner: this.#owner,
      program: this.#program,
      resources: this.#resources,
      inputs: this.#inputs,
      writes: this.#writes,
      typeOf: (name) => this.#typeOf(name),
      assertAlive: () => this.#assertAlive(),
    };
    yield* runLayers(host, inputs, options.signal);
  }

  /** What will run: each layer's kernel, shapes and cost. */
  inspect(): readonly LayerReport[] {
    return this.#program.steps.map((step) => describeStep(step, this.#typeOf(step.node.outputs[0])));
  }

  /** Median time of each layer over several runs; 10 by default. */
  async profile(inputs: RunInputs, options: RunOptions & { readonly runs?: number } = {}): Promise<Profile> {
    await this.#begin(inputs, options);
    const { runs = 10, signal } = options;
    await this.device.guard(`${this.#owner}: inputs`, () => {
      this.#writes.count++;
      const encoder = this.device.gpuDevice.createCommandEncoder({ label: this.#owner });
      this.#inputs.encode(encoder, inputs);
      this.device.gpuDevice.queue.submit([encoder.finish()]);
    });
    const { medians, clock } = await profileSteps(this.device, this.#owner, this.#resources.steps, runs, signal);
    this.#writes.count++;
    const layers = this.inspect().map((report, index) => ({ ...report, medianMicros: medians[index] }));
    return { layers, totalMicros: medians.reduce((sum, micros) => sum + micros, 0), runs, clock };
  }

  /** Runs once on zeros, so that the first real run finds everything compiled and resident. */
  async warmUp(options: RunOptions = {}): Promise<void> {
    const zeros = this.graph.inputs.map((name) => [name, emptyTensor(this.graph.values[name])] as const);
    await this.run(Object.fromEntries(zeros), options);
  }

  /** Frees what the session holds on the device. Runs that wait are rejected. Safe to call twice. */
  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#readbacks.destroy();
    for (const buffer of this.#resources.buffers) this.device.destroyBuffer(buffer);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async #begin(inputs: RunInputs, options: RunOptions): Promise<void> {
    this.#assertAlive();
    options.signal?.throwIfAborted();
    await this.#inputs.prepare(inputs);
    this.#assertAlive();
  }

  /** Uploads the inputs and encodes every step in one compute pass. */
  #encodeRun(inputs: RunInputs): GPUCommandEncoder {
    this.#writes.count++;
    const encoder = this.device.gpuDevice.createCommandEncoder({ label: this.#owner });
    this.#inputs.encode(encoder, inputs);
    const pass = encoder.beginComputePass({ label: this.#owner });
    for (const prepared of this.#resources.steps) {
      if (prepared !== undefined) encodeStep(pass, prepared);
    }
    pass.end();
    return encoder;
  }

  #copyOutput(encoder: GPUCommandEncoder, name: string, target: GPUBuffer, targetOffset: number): void {
    const { buffer, offset, size } = this.#resources.locate(name);
    encoder.copyBufferToBuffer(buffer, offset, target, targetOffset, size);
  }

  /** A value's type as the caller's graph has it: uint8 where the device holds int8. */
  #typeOf(name: string): TensorType {
    return Object.hasOwn(this.graph.values, name) ? this.graph.values[name] : this.#program.graph.values[name];
  }

  #assertAlive(): void {
    if (this.#isDestroyed) throw new DeviceError(`${this.#owner} was destroyed. Create a new session.`);
  }
}

/** Puts a graph on a device, ready to run. */
export function createSession(device: Device, graph: Graph, options: SessionOptions = {}): Promise<Session> {
  return Session.create(device, graph, options);
}
