import { DeviceError } from '../errors.ts';
import type { Engine } from '../gpu/capabilities.ts';
import type { Device } from '../gpu/device.ts';
import { ReadbackRing } from '../gpu/readback-ring.ts';
import type { Graph } from '../graph/graph.ts';
import { compile, type CompileOptions, type Program } from './compile.ts';
import { createResources, encodeStep, type LoadProgress, type Resources } from './resources.ts';
import { SessionInputs, type RunInputs } from './session-inputs.ts';
import type { SessionOutputs } from './session-outputs.ts';

/** What a session needs to be put on a device, and to be put there again. */
export interface SessionPlan {
  readonly device: Device;
  readonly owner: string;
  readonly graph: Graph;
  readonly outputs: SessionOutputs;
  readonly options: CompileOptions;
  readonly maxInFlight: number;
}

/** A session's program and memory on one GPUDevice. When that is lost, another takes its place. */
export class SessionState {
  readonly gpuDevice: GPUDevice;
  readonly engine: Engine;
  readonly program: Program;
  readonly resources: Resources;
  readonly readbacks: ReadbackRing;
  readonly inputs: SessionInputs;
  /** Counts what overwrites activations, so that a layer knows when its output or its inputs are gone. */
  writes = 0;
  readonly #plan: SessionPlan;
  readonly #stopListening: () => void;
  #closed: DeviceError | undefined;

  private constructor(
    plan: SessionPlan,
    gpuDevice: GPUDevice,
    program: Program,
    resources: Resources,
    readbacks: ReadbackRing,
  ) {
    const { device, owner, graph } = plan;
    this.#plan = plan;
    this.gpuDevice = gpuDevice;
    this.engine = plan.options.engine;
    this.program = program;
    this.resources = resources;
    this.readbacks = readbacks;
    this.inputs = new SessionInputs(device, owner, graph, resources.locate);
    this.#stopListening = device.onGone((error) => this.close(error));
  }

  /**
   * Compiles the kernels (in parallel), plans memory, uploads the weights.
   * @throws ShapeError, UnsupportedOpError for the graph; DeviceError when it does not fit the device
   */
  static async open(plan: SessionPlan, onProgress?: LoadProgress, signal?: AbortSignal): Promise<SessionState> {
    const { device, owner, graph, options, outputs, maxInFlight } = plan;
    const { gpuDevice } = device;
    const program = compile(graph, device.capabilities, options);
    const resources = await createResources(device, owner, program, gpuDevice, onProgress, signal);
    try {
      const readbacks = await ReadbackRing.create(device, owner, outputs.sizeBytes, maxInFlight, gpuDevice);
      return new SessionState(plan, gpuDevice, program, resources, readbacks);
    } catch (error) {
      resources.free();
      throw error;
    }
  }

  /** Throws why it was closed. */
  readonly assertOpen: () => void = () => {
    if (this.#closed !== undefined) throw this.#closed;
  };

  /** Uploads the inputs and encodes every step in one compute pass. Synchronous: it belongs in a guard. */
  encode(inputs: RunInputs): GPUCommandEncoder {
    this.assertOpen();
    this.writes++;
    const { owner } = this.#plan;
    const encoder = this.gpuDevice.createCommandEncoder({ label: owner });
    this.inputs.encode(encoder, inputs);
    const pass = encoder.beginComputePass({ label: owner });
    for (const prepared of this.resources.steps) {
      if (prepared !== undefined) encodeStep(pass, prepared);
    }
    pass.end();
    return encoder;
  }

  /**
   * Uploads the inputs and submits every step by itself, to find the one that the driver refuses.
   * @throws DeviceError naming the node and its op
   */
  async findFailingStep(inputs: RunInputs): Promise<void> {
    const { device, owner } = this.#plan;
    const submit = (what: string, record: (encoder: GPUCommandEncoder) => void): Promise<void> =>
      device.guard(
        what,
        ({ queue }) => {
          this.writes++;
          const encoder = this.gpuDevice.createCommandEncoder({ label: what });
          record(encoder);
          queue.submit([encoder.finish()]);
        },
        this.gpuDevice,
      );
    await submit(`${owner}: inputs`, (encoder) => this.inputs.encode(encoder, inputs));
    for (const prepared of this.resources.steps) {
      if (prepared === undefined) continue;
      const { op, name } = prepared.step.node;
      await submit(`${op} "${name}"`, (encoder) => {
        const pass = encoder.beginComputePass({ label: name });
        encodeStep(pass, prepared);
        pass.end();
      });
    }
  }

  /** Copies a value to a buffer, piece by piece. */
  copyValue(encoder: GPUCommandEncoder, name: string, target: GPUBuffer, targetOffset: number): void {
    let at = targetOffset;
    for (const { buffer, offset, size } of this.resources.locate(name)) {
      encoder.copyBufferToBuffer(buffer, offset, target, at, size);
      at += size;
    }
  }

  /** Frees what it holds; runs that wait are rejected with the error. Safe to call twice. */
  close(why: DeviceError): void {
    if (this.#closed !== undefined) return;
    this.#closed = why;
    this.#stopListening();
    this.readbacks.destroy(why);
    this.resources.free();
  }
}
