import { DeviceError, ShapeError } from '../errors.ts';
import { availableEngines, type Engine } from '../gpu/capabilities.ts';
import type { Device } from '../gpu/device.ts';
import { PassTimer } from '../gpu/pass-timer.ts';
import { ReadbackRing } from '../gpu/readback-ring.ts';
import type { Graph } from '../graph/graph.ts';
import { withBatch } from '../graph/propagate-shapes.ts';
import type { Rounding } from '../tensor/requantize.ts';
import { deviceBytes } from '../tensor/quads.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import { emptyTensor, type Tensor, type TensorType } from '../tensor/tensor.ts';
import { compile, type CompileOptions, type Program, type Step } from './compile.ts';
import { DenseInput } from './dense-input.ts';
import { GpuTensor } from './gpu-tensor.ts';
import { InputPacker, unpackOutput, type HostInput } from './host-io.ts';
import { profileSteps } from './profile.ts';
import type { Layer, LayerReport, Profile } from './reports.ts';
import { createResources, encodeStep, type LoadProgress, type PreparedStep, type Resources } from './resources.ts';

export interface SessionOptions {
  /** The int8 engine; the device's measured choice by default. */
  readonly engine?: Engine;
  /** How int32 sums become int8; `float` by default. */
  readonly rounding?: Rounding;
  /** Merge nodes (activations, residual adds, pads); on by default. Off, every value of the graph is a layer's output. */
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

/**
 * An input: a typed array or tensor of the input's dtype and shape, a tensor already on the device, or a caller's
 * GPUBuffer (usage STORAGE) holding dense row-major elements.
 */
export type RunInput = HostInput | GpuTensor | GPUBuffer;
export type RunInputs = Readonly<Record<string, RunInput>>;

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
  readonly #packers: ReadonlyMap<string, InputPacker>;
  readonly #outputs: readonly { readonly name: string; readonly type: TensorType; readonly offset: number }[];
  /** By input name; made when a caller first brings a GPUBuffer. */
  readonly #denseInputs = new Map<string, DenseInput>();
  #isDestroyed = false;
  /** Counts submissions, so that a layer knows when its output is overwritten. */
  #generation = 0;

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
    this.#packers = new Map(graph.inputs.map((name) => [name, new InputPacker(name, graph.values[name])]));
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
      const outputBytes = graph.outputs.reduce(
        (sum, name) => sum + deviceBytes(graph.values[name].dtype, graph.values[name].shape),
        0,
      );
      const readbacks = await ReadbackRing.create(device, owner, outputBytes, options.maxInFlight ?? 3);
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
    this.#assertAlive();
    options.signal?.throwIfAborted();
    await this.#prepareInputs(inputs);
    const readback = await this.#readbacks.acquire();
    try {
      this.#assertAlive();
      options.signal?.throwIfAborted();
      await Promise.all([
        this.device.guard(`${this.#owner}: run`, () => this.#submitRun(inputs, readback)),
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
   * Like `run`, with the outputs left on the device as tensors that the caller destroys.
   */
  async runOnDevice(inputs: RunInputs): Promise<Record<string, GpuTensor>> {
    this.#assertAlive();
    await this.#prepareInputs(inputs);
    const results: Record<string, GpuTensor> = {};
    try {
      for (const { name, type } of this.#outputs) {
        results[name] = await GpuTensor.create(this.device, type, `${this.#owner}/${name}`);
      }
      this.#assertAlive();
      await this.device.guard(`${this.#owner}: run`, () => {
        const encoder = this.#encodeRun(inputs);
        for (const { name } of this.#outputs) {
          const { buffer, offset, size } = this.#resources.locate(name);
          encoder.copyBufferToBuffer(buffer, offset, results[name].buffer, 0, size);
        }
        this.device.gpuDevice.queue.submit([encoder.finish()]);
      });
      return results;
    } catch (error) {
      for (const tensor of Object.values(results)) tensor.destroy();
      throw error;
    }
  }

  /**
   * Runs layer by layer. Each layer's output can be read before the next is asked for.
   * With fusion on, a layer may stand for several nodes of the graph. Nothing else may run on the session meanwhile.
   * @throws DeviceError when another run has overwritten the layers' inputs; ShapeError as `run`
   */
  async *layers(inputs: RunInputs, options: RunOptions = {}): AsyncGenerator<Layer, void, void> {
    this.#assertAlive();
    await this.#prepareInputs(inputs);
    const timer = await PassTimer.create(this.device, this.#owner, 1);
    try {
      const { queue } = this.device.gpuDevice;
      await this.device.guard(`${this.#owner}: inputs`, () => {
        const encoder = this.device.gpuDevice.createCommandEncoder({ label: this.#owner });
        this.#encodeInputs(encoder, inputs);
        queue.submit([encoder.finish()]);
      });
      let last = ++this.#generation;
      for (const [index, step] of this.#program.steps.entries()) {
        this.#assertAlive();
        options.signal?.throwIfAborted();
        if (last !== this.#generation) {
          throw new DeviceError(
            `${this.#owner}: another run overwrote what layer "${step.node.name}" reads. Finish the layers first, or use a second session.`,
          );
        }
        const generation = ++this.#generation;
        last = generation;
        const prepared = this.#resources.steps[index];
        const elapsedMicros = prepared === undefined ? 0 : await this.#runStep(prepared, timer);
        const output = step.node.outputs[0];
        yield {
          ...describeStep(step, this.#typeOf(output)),
          output,
          elapsedMicros,
          read: () => this.#readValue(output, generation),
        };
      }
    } finally {
      timer?.destroy();
    }
  }

  /** What will run: each layer's kernel, shapes and cost. */
  inspect(): readonly LayerReport[] {
    return this.#program.steps.map((step) => describeStep(step, this.#typeOf(step.node.outputs[0])));
  }

  /** Median time of each layer over several runs. */
  async profile(inputs: RunInputs, options: { runs?: number; signal?: AbortSignal } = {}): Promise<Profile> {
    this.#assertAlive();
    await this.#prepareInputs(inputs);
    const runs = options.runs ?? 10;
    await this.device.guard(`${this.#owner}: inputs`, () => {
      const encoder = this.device.gpuDevice.createCommandEncoder({ label: this.#owner });
      this.#encodeInputs(encoder, inputs);
      this.device.gpuDevice.queue.submit([encoder.finish()]);
    });
    const prepared = this.#resources.steps;
    this.#generation++;
    const { medians, clock } = await profileSteps(this.device, this.#owner, prepared, runs, options.signal);
    const layers = this.inspect().map((report, index) => ({ ...report, medianMicros: medians[index] }));
    return { layers, totalMicros: medians.reduce((sum, micros) => sum + micros, 0), runs, clock };
  }

  /** Runs once on zeros, so that the first real run finds everything compiled and resident. */
  async warmUp(): Promise<void> {
    await this.run(Object.fromEntries(this.graph.inputs.map((name) => [name, emptyTensor(this.graph.values[name])])));
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

  #submitRun(inputs: RunInputs, readback: GPUBuffer): void {
    const encoder = this.#encodeRun(inputs);
    for (const { name, offset } of this.#outputs) {
      const source = this.#resources.locate(name);
      encoder.copyBufferToBuffer(source.buffer, source.offset, readback, offset, source.size);
    }
    this.device.gpuDevice.queue.submit([encoder.finish()]);
  }

  /** Uploads the inputs and encodes every step in one compute pass. */
  #encodeRun(inputs: RunInputs): GPUCommandEncoder {
    this.#generation++;
    const encoder = this.device.gpuDevice.createCommandEncoder({ label: this.#owner });
    this.#encodeInputs(encoder, inputs);
    const pass = encoder.beginComputePass({ label: this.#owner });
    for (const prepared of this.#resources.steps) {
      if (prepared !== undefined) encodeStep(pass, prepared);
    }
    pass.end();
    return encoder;
  }

  #encodeInputs(encoder: GPUCommandEncoder, inputs: RunInputs): void {
    for (const [name, packer] of this.#packers) {
      const input = inputs[name];
      const { buffer, offset, size } = this.#resources.locate(name);
      if (input instanceof GpuTensor) {
        encoder.copyBufferToBuffer(input.buffer, 0, buffer, offset, size);
      } else if (isGpuBuffer(input)) {
        this.#denseInputs.get(name)!.encode(encoder, input);
      } else {
        const data = packer.pack(input);
        this.device.gpuDevice.queue.writeBuffer(
          buffer,
          offset,
          data.buffer as ArrayBuffer,
          data.byteOffset,
          data.byteLength,
        );
      }
    }
  }

  async #runStep(prepared: PreparedStep, timer: PassTimer | undefined): Promise<number> {
    const { queue } = this.device.gpuDevice;
    const start = performance.now();
    await this.device.guard(`${prepared.step.node.op} "${prepared.step.node.name}"`, () => {
      const encoder = this.device.gpuDevice.createCommandEncoder({ label: prepared.step.node.name });
      const pass = encoder.beginComputePass({ timestampWrites: timer?.timestampWrites(0) });
      encodeStep(pass, prepared);
      pass.end();
      timer?.resolve(encoder);
      queue.submit([encoder.finish()]);
    });
    if (timer !== undefined) return (await timer.read())[0];
    await queue.onSubmittedWorkDone();
    return (performance.now() - start) * 1000;
  }

  async #readValue(name: string, generation: number): Promise<Tensor> {
    this.#assertAlive();
    if (generation !== this.#generation) {
      throw new DeviceError(
        `layer "${name}": its memory has been reused since. Read a layer before asking for the next one or running again.`,
      );
    }
    const { buffer, offset, size } = this.#resources.locate(name);
    const staging = await this.device.createBuffer({
      label: `${this.#owner}/${name}/read`,
      owner: this.#owner,
      purpose: 'readback',
      sizeBytes: size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      await this.device.guard(`${this.#owner}: reading "${name}"`, () => {
        const encoder = this.device.gpuDevice.createCommandEncoder();
        encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
        this.device.gpuDevice.queue.submit([encoder.finish()]);
      });
      await staging.mapAsync(GPUMapMode.READ);
      return unpackOutput(this.#typeOf(name), staging.getMappedRange(), 0);
    } finally {
      this.device.destroyBuffer(staging);
    }
  }

  /** A value's type as the caller's graph has it: uint8 where the device holds int8. */
  #typeOf(name: string): TensorType {
    return Object.hasOwn(this.graph.values, name) ? this.graph.values[name] : this.#program.graph.values[name];
  }

  /** Checks what can be checked before anything is queued, and compiles what a caller's GPUBuffer needs. */
  async #prepareInputs(inputs: RunInputs): Promise<void> {
    const given = Object.keys(inputs);
    const missing = this.graph.inputs.filter((name) => !given.includes(name));
    const unknown = given.filter((name) => !this.graph.inputs.includes(name));
    if (missing.length > 0 || unknown.length > 0) {
      throw new ShapeError(
        `${this.#owner}: run lacks inputs [${missing.join(', ')}] and does not know [${unknown.join(', ')}]. Its inputs: ${this.graph.inputs.join(', ')}.`,
      );
    }
    for (const name of given) {
      const input = inputs[name];
      const type = this.graph.values[name];
      if (input instanceof GpuTensor) {
        if (!sameShape(input.type.shape, type.shape) || input.type.dtype !== type.dtype) {
          throw new ShapeError(
            `input "${name}": expected ${type.dtype} ${formatShape(type.shape)}, got ${input.type.dtype} ${formatShape(input.type.shape)} on the device.`,
          );
        }
      } else if (isGpuBuffer(input) && !this.#denseInputs.has(name)) {
        this.#denseInputs.set(name, await DenseInput.create(this.device, name, type, this.#resources.locate(name)));
      }
    }
  }

  #assertAlive(): void {
    if (this.#isDestroyed) throw new DeviceError(`${this.#owner} was destroyed. Create a new session.`);
  }
}

/** Puts a graph on a device, ready to run. */
export function createSession(device: Device, graph: Graph, options: SessionOptions = {}): Promise<Session> {
  return Session.create(device, graph, options);
}

function isGpuBuffer(input: RunInput): input is GPUBuffer {
  return 'mapState' in input;
}

function describeStep({ node, kernel, dispatch }: Step, type: TensorType): LayerReport {
  return {
    name: node.name,
    op: node.op,
    kernel: kernel?.name ?? 'none',
    dtype: type.dtype,
    shape: type.shape,
    quantization: type.quantization,
    operations: dispatch?.cost.operations ?? 0,
    bytes: dispatch?.cost.bytes ?? 0,
  };
}
