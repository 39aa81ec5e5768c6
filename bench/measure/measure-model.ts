import type { Engine } from '../../src/gpu/capabilities.ts';
import type { Device } from '../../src/gpu/device.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { withBatch } from '../../src/graph/propagate-shapes.ts';
import type { Step } from '../../src/runtime/compile.ts';
import { createSession, type Session } from '../../src/runtime/session.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { drawTensor } from '../cases/draw.ts';
import type { ModelCase } from '../models/index.ts';
import { type Peaks, roofsFor } from './peaks.ts';
import type { ModelLayerReport, ModelReport, ModelVariantReport, Pipelines } from './report.ts';
import { bound, roofline } from './roofline.ts';
import { summarize } from './statistics.ts';
import type { Stopwatch } from './stopwatch.ts';
import { compileFor, programCost, Workload } from './workload.ts';

export interface ModelOptions {
  readonly repeat: number;
  readonly engine: Engine;
  /** Only the pipelines that a session would take. */
  readonly chosenOnly: boolean;
  readonly signal?: AbortSignal;
}

const runsInFlight = 8;
/** Of each kind of pipelines, to measure throughput. */
const throughputSeconds = 1;
const maxThroughputRuns = 512;

interface Contestant {
  readonly pipelines: Pipelines;
  readonly session: Session;
  readonly workload: Workload;
  readonly repetitions: number;
  readonly latencies: number[];
  readonly kernels: number[];
}

/** A whole model: its kernels alone, its runs one by one, many at once, and layer by layer. */
export async function measureModel(
  device: Device,
  stopwatch: Stopwatch,
  peaks: Peaks,
  modelCase: ModelCase,
  options: ModelOptions,
): Promise<ModelReport> {
  const { signal, engine } = options;
  const source = await modelCase.graph(device, signal);
  const graph = modelCase.batch === undefined ? source : withBatch(source, modelCase.batch);
  const inputs = Object.fromEntries(graph.inputs.map((name) => [name, drawTensor(graph.values[name], name)]));
  const chosen: Pipelines = device.capabilities.isSoftware ? 'shared' : 'baked';
  const contestants: Contestant[] = [];
  try {
    for (const pipelines of ['baked', 'shared'] as const) {
      if (options.chosenOnly && pipelines !== chosen) continue;
      contestants.push(await enter(device, stopwatch, graph, pipelines, inputs, options));
    }
    for (let turn = 0; turn < options.repeat; turn++) {
      for (const { session, workload, repetitions, latencies, kernels } of contestants) {
        kernels.push(await stopwatch.time(workload, repetitions));
        latencies.push(await timeRuns(1, () => session.run(inputs, { signal })));
      }
    }
    const variants: ModelVariantReport[] = [];
    for (const contestant of contestants) {
      const throughput = await measureThroughput(contestant, inputs, signal);
      variants.push(describe(contestant, throughput, chosen, engine, peaks));
    }
    const { session, workload } = contestants.find(({ pipelines }) => pipelines === chosen)!;
    const profile = await session.profile(inputs, { runs: options.repeat, signal });
    const layers = workload.program.steps.flatMap((step, index) =>
      step.dispatch ? [describeLayer(step, profile.layers[index].medianMicros / 1e6, engine, peaks)] : [],
    );
    return {
      name: modelCase.name,
      engine,
      launches: workload.launches,
      ...programCost(workload.program),
      variants,
      layers,
    };
  } finally {
    for (const { session, workload } of contestants) {
      session.destroy();
      workload.destroy();
    }
  }
}

async function enter(
  device: Device,
  stopwatch: Stopwatch,
  graph: Graph,
  pipelines: Pipelines,
  inputs: Readonly<Record<string, Tensor>>,
  { engine, signal }: ModelOptions,
): Promise<Contestant> {
  const sharePipelines = pipelines === 'shared';
  const session = await createSession(device, graph, { engine, sharePipelines, maxInFlight: runsInFlight, signal });
  try {
    const workload = await Workload.create(device, compileFor(device, graph, { engine, sharePipelines }), signal);
    try {
      const { repetitions } = await stopwatch.calibrate(workload);
      await session.run(inputs, { signal });
      return { pipelines, session, workload, repetitions, latencies: [], kernels: [] };
    } catch (error) {
      workload.destroy();
      throw error;
    }
  } catch (error) {
    session.destroy();
    throw error;
  }
}

/** Runs a second, with `runsInFlight` of them under way at any time. */
async function measureThroughput(
  { session, latencies }: Contestant,
  inputs: Readonly<Record<string, Tensor>>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const wanted = Math.ceil(throughputSeconds / summarize(latencies).median);
  const runs = Math.min(Math.max(wanted, runsInFlight), maxThroughputRuns);
  let left = runs;
  const work = async (): Promise<void> => {
    while (left-- > 0) await session.run(inputs, { signal });
  };
  const seconds = await timeRuns(runs, () => Promise.all(Array.from({ length: runsInFlight }, work)));
  return 1 / seconds;
}

/** Seconds of each run. */
async function timeRuns(runs: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000 / runs;
}

function describe(
  { pipelines, workload, latencies, kernels }: Contestant,
  runsPerSecond: number,
  chosen: Pipelines,
  engine: Engine,
  peaks: Peaks,
): ModelVariantReport {
  const latencySeconds = summarize(latencies);
  const kernelSeconds = summarize(kernels);
  let boundSeconds = 0;
  for (const step of workload.program.steps) {
    if (step.dispatch) boundSeconds += bound(step.dispatch.cost, 1, stepRoofs(step, engine, peaks)).seconds;
  }
  return {
    pipelines,
    isChosen: pipelines === chosen,
    latencySeconds,
    kernelSeconds,
    kernelShare: kernelSeconds.median / latencySeconds.median,
    runsPerSecond,
    runsInFlight,
    fraction: boundSeconds / kernelSeconds.median,
  };
}

function describeLayer(step: Step, seconds: number, engine: Engine, peaks: Peaks): ModelLayerReport {
  const { node, kernel, dispatch } = step;
  const { cost, workgroups } = dispatch!;
  return {
    name: node.name,
    op: node.op,
    kernel: kernel!.name,
    ...cost,
    workgroups,
    seconds,
    roofline: roofline(cost, 1, seconds, stepRoofs(step, engine, peaks)),
  };
}

function stepRoofs({ kernel, dispatch }: Step, engine: Engine, peaks: Peaks) {
  return roofsFor(peaks, kernel?.usesEngine ? [engine] : [], dispatch!.cost.bytes);
}
