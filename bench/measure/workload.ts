import type { Device } from '../../src/gpu/device.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { Cost } from '../../src/ops/define-op.ts';
import { compile, type CompileOptions, type Program } from '../../src/runtime/compile.ts';
import { createResources, encodeStep, type PreparedStep, type Resources } from '../../src/runtime/resources.ts';
import { SessionInputs } from '../../src/runtime/session-inputs.ts';
import { drawTensor } from '../cases/draw.ts';
import type { Work } from './stopwatch.ts';

let workloadCount = 0;

/** A compiled graph on the device with drawn inputs, to be launched and not read: a session without a host. */
export class Workload implements Work {
  readonly label: string;
  readonly program: Program;
  readonly #resources: Resources;
  readonly #launches: readonly PreparedStep[];

  private constructor(label: string, program: Program, resources: Resources) {
    this.label = label;
    this.program = program;
    this.#resources = resources;
    this.#launches = resources.steps.filter((step) => step !== undefined);
  }

  /** @throws DeviceError when it does not fit the device */
  static async create(device: Device, program: Program, signal?: AbortSignal): Promise<Workload> {
    const { graph } = program;
    const label = `bench:${graph.name}#${++workloadCount}`;
    const resources = await createResources(device, label, program, device.gpuDevice, undefined, signal);
    try {
      const inputs = new SessionInputs(device, label, graph, resources.locate);
      const tensors = Object.fromEntries(graph.inputs.map((name) => [name, drawTensor(graph.values[name], name)]));
      await inputs.prepare(tensors);
      await device.guard(label, () => {
        const encoder = device.gpuDevice.createCommandEncoder({ label });
        inputs.encode(encoder, tensors);
        device.gpuDevice.queue.submit([encoder.finish()]);
      });
      return new Workload(label, program, resources);
    } catch (error) {
      resources.free();
      throw error;
    }
  }

  /** How often it launches a kernel. */
  get launches(): number {
    return this.#launches.length;
  }

  encode(pass: GPUComputePassEncoder): void {
    for (const step of this.#launches) encodeStep(pass, step);
  }

  destroy(): void {
    this.#resources.free();
  }
}

/** Work of all steps of a program. */
export function programCost({ steps }: Program): Cost {
  let operations = 0;
  let bytes = 0;
  for (const { dispatch } of steps) {
    operations += dispatch?.cost.operations ?? 0;
    bytes += dispatch?.cost.bytes ?? 0;
  }
  return { operations, bytes };
}

/** How a graph is compiled for the benchmark: what a session does, for one engine and one kind of pipelines. */
export function compileFor(
  device: Device,
  graph: Graph,
  options: Pick<CompileOptions, 'engine' | 'sharePipelines' | 'acceptKernel'>,
): Program {
  return compile(graph, device.capabilities, { ...options, rounding: 'float', fusion: true });
}
