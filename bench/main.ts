import { CommanderError } from 'commander';
import pc from 'picocolors';
import { deviceName } from '../src/cli/context.ts';
import { note, print } from '../src/cli/output.ts';
import { openDevice } from '../src/node/index.ts';
import { type BenchArguments, parseBenchArguments } from './command/arguments.ts';
import { describeEnvironment } from './command/environment.ts';
import { loadModelFiles } from './command/model-files.ts';
import { BenchProgress } from './command/progress.ts';
import { saveReport } from './command/save-report.ts';
import { listDoubts, printEngines, printKernels, printModel, printPeaks } from './command/tables.ts';
import { runBench } from './measure/run-bench.ts';

// `npm run bench`: what fraction of this device's own peaks kernels and models reach. bench/README.md says how.
try {
  process.exitCode = await bench(parseBenchArguments(process.argv.slice(2)));
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    console.error(process.env['QUADOT_DEBUG'] === '1' ? error : `${pc.red(name)}: ${message}`);
    process.exitCode = 1;
  }
}

/** @returns the exit code */
async function bench({ filter, model, json, commit, gpu, ...options }: BenchArguments): Promise<number> {
  const abort = new AbortController();
  // A second Ctrl-C finds no listener and ends the process at once.
  process.once('SIGINT', () => abort.abort());
  const environment = await describeEnvironment(commit);
  const files = await loadModelFiles(model);
  using device = await openDevice({ gpu, engine: options.engine, signal: abort.signal });
  print(`${pc.bold('quadot bench')} on ${deviceName(device)}, engine ${device.engine}`);
  const progress = new BenchProgress();
  const measured = await runBench(device, {
    ...options,
    filters: filter,
    models: files.models,
    signal: abort.signal,
    onProgress: (name, done, total) => progress.show(name, done, total),
  }).finally(() => progress.end());
  const report = { ...measured, ...environment, skipped: [...files.skipped, ...measured.skipped] };
  const { peaks, kernels, models, method } = report;

  print(`clock: ${method.clock === 'gpu' ? 'GPU timestamps' : "the host's"}, medians of ${method.repeat} in turns\n`);
  printPeaks(peaks);
  printKernels(kernels);
  printEngines(kernels);
  for (const each of models) printModel(each);
  const { loadAverage, cores } = environment.host;
  if (loadAverage > cores / 2) note(`${loadAverage.toFixed(1)} processes competed for ${cores} cores: figures vary.`);
  for (const doubt of listDoubts(report)) note(doubt);
  if (json !== undefined) {
    await saveReport(json, report);
    print(`\nwritten to ${json}`);
  }
  const hasFailures =
    kernels.some(({ failed }) => failed.length > 0) || measured.skipped.some(({ isFailure }) => isFailure);
  return abort.signal.aborted || hasFailures ? 1 : 0;
}
