import type { Engine } from '../../src/gpu/capabilities.ts';
import type { Peaks } from './peaks.ts';
import type { Roofline } from './roofline.ts';
import type { Summary } from './statistics.ts';
import type { Clock } from './stopwatch.ts';

/** How the sizes of a program reach its shaders: as constants in the text, or as parameters that shaders share. */
export type Pipelines = 'baked' | 'shared';

/** One way to compute a case, measured. */
export interface VariantReport {
  readonly kernel: string;
  /** The int8 engines that give this very shader; none for kernels that no engine changes. */
  readonly engines: readonly Engine[];
  readonly pipelines: Pipelines;
  /** Whether a session would take it on this device. */
  readonly isChosen: boolean;
  /** Of each launch. */
  readonly workgroups: readonly (readonly [number, number, number])[];
  /** Launches of the whole case in one submission. */
  readonly repetitions: number;
  /** Of one repetition. */
  readonly seconds: Summary;
  readonly operationsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly roofline: Roofline;
}

/** A variant that the device or its driver refuses. */
export interface FailedVariant extends Pick<VariantReport, 'kernel' | 'engines' | 'pipelines' | 'isChosen'> {
  readonly error: string;
}

export interface KernelReport {
  readonly name: string;
  readonly op: string;
  readonly operations: number;
  /** That must cross the memory bus at least once. */
  readonly bytes: number;
  readonly variants: readonly VariantReport[];
  readonly failed: readonly FailedVariant[];
}

export interface ModelLayerReport {
  readonly name: string;
  readonly op: string;
  readonly kernel: string;
  readonly operations: number;
  readonly bytes: number;
  readonly workgroups: readonly [number, number, number];
  /** Median, the layer in a pass of its own. */
  readonly seconds: number;
  readonly roofline: Roofline;
}

/** A whole model with one kind of pipelines. */
export interface ModelVariantReport {
  readonly pipelines: Pipelines;
  readonly isChosen: boolean;
  /** Of `run()`, one after another: upload, recording, kernels, readback. */
  readonly latencySeconds: Summary;
  /** Of the kernels alone, all in one pass. */
  readonly kernelSeconds: Summary;
  /** `kernelSeconds` of `latencySeconds`. */
  readonly kernelShare: number;
  /** With `runsInFlight` runs submitted at once. */
  readonly runsPerSecond: number;
  readonly runsInFlight: number;
  /** The sum of what bounds each layer, of `kernelSeconds`. */
  readonly fraction: number;
}

export interface ModelReport {
  readonly name: string;
  readonly engine: Engine;
  readonly launches: number;
  readonly operations: number;
  readonly bytes: number;
  readonly variants: readonly ModelVariantReport[];
  /** Layers that launch something, in the order they run, with the pipelines that a session would take. */
  readonly layers: readonly ModelLayerReport[];
}

/** What was asked for and not measured. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
  /** False where it was left out on purpose: no file, too large. */
  readonly isFailure: boolean;
}

/** The benchmark's result. All times are seconds, all speeds per second. `bench/README.md` describes it. */
export interface BenchReport {
  readonly schema: 'quadot-bench/1';
  /** Of the day, in ISO 8601. */
  readonly date: string;
  readonly device: {
    readonly vendor: string;
    readonly architecture: string;
    /** As the adapter gives it; Dawn's names the driver. */
    readonly description: string;
    readonly isSoftware: boolean;
    readonly features: readonly string[];
    readonly subgroupSizes: readonly [number, number];
  };
  readonly engine: Engine;
  readonly method: {
    readonly clock: Clock;
    /** GPU timestamps over the host's clock for the same work; null without timestamps. */
    readonly clockRatio: number | null;
    /** Samples of each variant, which take turns. */
    readonly repeat: number;
    /** What one submission is made to last. */
    readonly submissionSeconds: number;
    readonly scale: string;
  };
  readonly peaks: Peaks;
  readonly kernels: readonly KernelReport[];
  readonly models: readonly ModelReport[];
  readonly skipped: readonly Skipped[];
}
