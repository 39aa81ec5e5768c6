import { QuadotError } from '../../src/errors.ts';
import type { Engine } from '../../src/gpu/capabilities.ts';
import type { Device } from '../../src/gpu/device.ts';
import { kernelCases } from '../cases/index.ts';
import { isWithin, matchesFilter, type Scale, sizeLimit } from '../cases/select.ts';
import { builtModels, type ModelCase } from '../models/index.ts';
import { measureKernel } from './measure-kernel.ts';
import { measureModel } from './measure-model.ts';
import { measurePeaks } from './measure-peaks.ts';
import { type Peaks, roofsFor } from './peaks.ts';
import type { BenchReport, KernelReport, ModelReport, Skipped } from './report.ts';
import { Stopwatch } from './stopwatch.ts';

export interface BenchOptions {
  /** Names contain one of these; all when empty. */
  readonly filters: readonly string[];
  /** Samples of each variant. */
  readonly repeat: number;
  /** Only this int8 engine, where a kernel has several; otherwise all, and models with the device's. */
  readonly engine?: Engine;
  readonly scale: Scale;
  /** Only what a session would take. */
  readonly chosenOnly: boolean;
  /** Besides the built ones. */
  readonly models: readonly ModelCase[];
  readonly signal?: AbortSignal;
  /** Told before each case; the first is the device itself, whose peaks say which others there will be. */
  readonly onProgress?: (name: string, done: number, total: number) => void;
}

/**
 * Measures the device's peaks, then kernels and models beside them. It uses no more than WebGPU, so that it also runs in
 * a page. A case that fails is in the report; so is what was measured until the device was lost or the work stopped.
 */
export async function runBench(device: Device, options: BenchOptions): Promise<BenchReport> {
  const { signal, scale, repeat } = options;
  const stopwatch = await Stopwatch.create(device, signal);
  try {
    options.onProgress?.('peaks', 0, 1);
    const { peaks, clockRatio } = await measurePeaks(device, stopwatch);
    const selection = select(options, peaks);
    const skipped = [...selection.skipped];
    const kernels: KernelReport[] = [];
    const models: ModelReport[] = [];
    const modelOptions = { ...options, engine: options.engine ?? device.engine };
    const cases = [
      ...selection.kernels.map((each) => ({
        name: each.name,
        measure: async () => void kernels.push(await measureKernel(device, stopwatch, peaks, each, options)),
      })),
      ...selection.models.map((each) => ({
        name: each.name,
        measure: async () => void models.push(await measureModel(device, stopwatch, peaks, each, modelOptions)),
      })),
    ];
    for (const [done, { name, measure }] of cases.entries()) {
      options.onProgress?.(name, done, cases.length);
      try {
        signal?.throwIfAborted();
        device.assertUsable();
        await measure();
      } catch (error) {
        if (!signal?.aborted && !(error instanceof QuadotError)) throw error;
        const reason = signal?.aborted ? 'stopped' : (error as QuadotError).message;
        skipped.push({ name, reason, isFailure: true });
      }
    }
    const { vendor, architecture, description, isSoftware, features, subgroupSizes } = device.capabilities;
    return {
      schema: 'quadot-bench/1',
      date: new Date().toISOString().slice(0, 10),
      device: { vendor, architecture, description, isSoftware, features, subgroupSizes },
      engine: modelOptions.engine,
      method: {
        clock: stopwatch.clock,
        clockRatio: clockRatio ?? null,
        repeat,
        submissionSeconds: stopwatch.targetSeconds,
        scale,
      },
      peaks,
      kernels,
      models,
      skipped,
    };
  } finally {
    stopwatch.destroy();
  }
}

/** The cases that are asked for, and those of them that are too large. */
function select({ filters, scale, models }: BenchOptions, peaks: Peaks) {
  const limit = sizeLimit(scale, {
    operationsPerSecond: Math.max(peaks.float32OperationsPerSecond, ...Object.values(peaks.int8OperationsPerSecond)),
    bytesPerSecond: roofsFor(peaks, [], Infinity).bytesPerSecond,
  });
  const skipped: Skipped[] = [];
  const choose = <T extends { readonly name: string }>(cases: readonly T[], fits: (each: T) => boolean): readonly T[] =>
    cases.filter((each) => {
      const isWanted = matchesFilter(each.name, filters);
      if (isWanted && !fits(each)) {
        const reason = `larger than the scale "${scale}" takes on this device`;
        skipped.push({ name: each.name, reason, isFailure: false });
      }
      return isWanted && fits(each);
    });
  return {
    kernels: choose(kernelCases, (each) => isWithin(each, limit)),
    // Single images are measured in any case: they are what the library is for.
    models: choose(
      [...builtModels, ...models],
      ({ batch, multiplyAdds }) => batch === undefined || multiplyAdds <= limit.multiplyAdds,
    ),
    skipped,
  };
}
