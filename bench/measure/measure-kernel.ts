import { DeviceError, UnsupportedOpError } from '../../src/errors.ts';
import { availableEngines, type Engine } from '../../src/gpu/capabilities.ts';
import type { Device } from '../../src/gpu/device.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { getOp } from '../../src/ops/registry.ts';
import type { Program } from '../../src/runtime/compile.ts';
import { caseGraph, type KernelCase } from '../cases/kernel-case.ts';
import { type Peaks, roofsFor } from './peaks.ts';
import type { FailedVariant, KernelReport, VariantReport } from './report.ts';
import { roofline } from './roofline.ts';
import { summarize } from './statistics.ts';
import type { Calibration, Stopwatch } from './stopwatch.ts';
import { compileFor, programCost, Workload } from './workload.ts';

/** What to measure, and how often. */
export interface KernelOptions {
  readonly repeat: number;
  /** Only int8 kernels of this engine. */
  readonly engine?: Engine;
  /** Only what a session would take. */
  readonly chosenOnly: boolean;
  readonly signal?: AbortSignal;
}

type VariantName = Pick<VariantReport, 'kernel' | 'engines' | 'pipelines' | 'isChosen'>;

interface Variant extends VariantName {
  readonly program: Program;
}

interface Contestant {
  readonly variant: Variant;
  readonly workload: Workload;
  readonly calibration: Calibration;
  readonly samples: number[];
}

/** Variants that are so much slower than the fastest get few samples: they take the most time and matter least. */
const hopelessFactor = 4;
const hopelessSamples = 3;

/** What takes the GPU's clocks up from rest, and the variants' first submissions besides. */
const warmUpSeconds = 0.1;

/** Measures every way to compute a case, in turns, so that what else the machine does meets all alike. */
export async function measureKernel(
  device: Device,
  stopwatch: Stopwatch,
  peaks: Peaks,
  kernelCase: KernelCase,
  options: KernelOptions,
): Promise<KernelReport> {
  const variants = listVariants(device, kernelCase, options);
  if (variants.length === 0) throw new UnsupportedOpError(`${kernelCase.name}: no kernel accepts it.`);
  const failed: FailedVariant[] = [];
  const ready: Contestant[] = [];
  options.signal?.throwIfAborted();
  // Together, so that drivers compile them side by side.
  const created = await Promise.allSettled(variants.map(({ program }) => Workload.create(device, program)));
  const workloads = created.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
  try {
    for (const [index, variant] of variants.entries()) {
      try {
        const each = created[index];
        if (each.status === 'rejected') throw each.reason;
        ready.push({ variant, workload: each.value, calibration: await stopwatch.calibrate(each.value), samples: [] });
      } catch (error) {
        if (!(error instanceof DeviceError) || device.isLost) throw error;
        failed.push({ ...nameOf(variant), error: error.message });
      }
    }
    if (ready.length > 0 && !device.capabilities.isSoftware) {
      await stopwatch.warmUp(ready[0].workload, ready[0].calibration.repetitions, warmUpSeconds);
    }
    const fastest = Math.min(...ready.map(({ calibration }) => calibration.seconds));
    for (let turn = 0; turn < options.repeat; turn++) {
      for (const { workload, calibration, samples } of ready) {
        const isHopeless = calibration.seconds > hopelessFactor * fastest;
        if (turn >= hopelessSamples && isHopeless) continue;
        samples.push(await stopwatch.time(workload, calibration.repetitions));
      }
    }
  } finally {
    for (const workload of workloads) workload?.destroy();
  }
  const { operations, bytes } = programCost(variants[0].program);
  return {
    name: kernelCase.name,
    op: kernelCase.op,
    operations,
    bytes,
    variants: ready.map((contestant) => describe(contestant, peaks)),
    failed,
  };
}

function describe({ variant, calibration, samples }: Contestant, peaks: Peaks): VariantReport {
  const seconds = summarize(samples);
  const cost = programCost(variant.program);
  const workgroups = variant.program.steps.flatMap(({ dispatch }) => (dispatch ? [dispatch.workgroups] : []));
  const roofs = roofsFor(peaks, variant.engines, cost.bytes);
  return {
    ...nameOf(variant),
    workgroups,
    repetitions: calibration.repetitions,
    seconds,
    operationsPerSecond: cost.operations / seconds.median,
    bytesPerSecond: cost.bytes / seconds.median,
    roofline: roofline(cost, workgroups.length, seconds.median, roofs),
  };
}

function nameOf({ kernel, engines, pipelines, isChosen }: VariantName): VariantName {
  return { kernel, engines, pipelines, isChosen };
}

/**
 * Every kernel that accepts the case, with each engine that changes it, and sizes baked in or shared. Kernels that come
 * to the same shader are one variant, under the name of the last: the general one is followed by those it chooses from.
 */
function listVariants(device: Device, kernelCase: KernelCase, options: KernelOptions): readonly Variant[] {
  const graph = caseGraph(kernelCase);
  const wanted = options.engine === undefined ? availableEngines(device.capabilities) : [options.engine];
  const variants = new Map<string, Variant>();
  const chosenKernel = firstAccepting(device, graph, kernelCase.op);
  for (const kernel of getOp(kernelCase.op).kernels) {
    for (const engine of kernel.usesEngine ? wanted : [device.engine]) {
      for (const pipelines of ['baked', 'shared'] as const) {
        const isDefault = engine === device.engine && (pipelines === 'shared') === device.capabilities.isSoftware;
        const isChosen = isDefault && kernel.name === chosenKernel;
        if (options.chosenOnly && !isChosen) continue;
        const program = tryCompile(device, graph, engine, pipelines === 'shared', kernel.name);
        if (program === undefined) continue;
        const key = keyOf(program);
        const same = variants.get(key);
        const engines = new Set([...(same?.engines ?? []), ...(kernel.usesEngine ? [engine] : [])]);
        variants.set(key, {
          kernel: kernel.name,
          engines: [...engines],
          pipelines,
          isChosen: isChosen || (same?.isChosen ?? false),
          program,
        });
      }
    }
  }
  return [...variants.values()];
}

function firstAccepting(device: Device, graph: Graph, op: string): string | undefined {
  return getOp(op).kernels.find(({ name }) => tryCompile(device, graph, device.engine, false, name))?.name;
}

/** Undefined where the kernel does not accept the case. */
function tryCompile(
  device: Device,
  graph: Graph,
  engine: Engine,
  sharePipelines: boolean,
  kernel: string,
): Program | undefined {
  try {
    const acceptKernel = (_op: string, name: string): boolean => name === kernel;
    return compileFor(device, graph, { engine, sharePipelines, acceptKernel });
  } catch (error) {
    if (error instanceof UnsupportedOpError) return undefined;
    throw error;
  }
}

/** Equal for programs that launch the same thing. */
function keyOf({ steps }: Program): string {
  return JSON.stringify(
    steps.map(({ shader, dispatch }) => [
      shader?.text,
      shader?.sharedConstants,
      dispatch?.params,
      dispatch?.workgroups,
    ]),
  );
}
