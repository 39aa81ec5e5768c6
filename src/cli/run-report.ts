import pc from 'picocolors';
import { dequantizeTensor, type Device, type Layer, type Profile, type Session, type Tensor } from '../node/index.ts';
import { isClassification, isDistribution, topClasses } from './classify.ts';
import { deviceName, type CommandContext } from './context.ts';
import type { LoadedModel } from './load-model.ts';
import {
  formatCount,
  formatMilliseconds,
  formatNumber,
  formatTable,
  note,
  print,
  printJson,
  shortenName,
} from './output.ts';
import type { SampleResult } from './run-samples.ts';

/** Classes shown when the user names no number. */
const standardTop = 5;

/** A layer's output in numbers. */
export interface LayerRecord {
  readonly name: string;
  readonly op: string;
  readonly kernel: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elapsedMicros: number;
  readonly range: ValueRange;
}

/** Of the real numbers that a tensor stands for. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** Everything a run has to tell. */
export interface RunReport {
  readonly model: LoadedModel;
  readonly device: Device;
  readonly session: Session;
  readonly results: readonly SampleResult[];
  readonly totalMilliseconds: number;
  readonly layers?: readonly LayerRecord[];
  readonly profile?: Profile;
  /** Names of the classes by output. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Classes to show; by default five, of outputs that look like probabilities or have labels. */
  readonly top?: number;
}

export function recordLayer({ name, op, kernel, dtype, shape, elapsedMicros }: Layer, output: Tensor): LayerRecord {
  return { name, op, kernel, dtype, shape, elapsedMicros, range: rangeOf(output) };
}

export function printRun(context: CommandContext, report: RunReport): void {
  if (context.isJson) {
    printJson(runToJson(report));
    return;
  }
  const { device, session, results, totalMilliseconds, layers, profile, labels, model } = report;
  print(`${pc.bold(model.file)} on ${deviceName(device)}, engine ${session.engine}, rounding ${session.rounding}`);
  checkLabels(results, labels);
  for (const result of results) printResult(result, report);
  if (layers !== undefined) printLayers(layers);
  if (profile !== undefined) printProfile(profile);
  print();
  const latency = formatMilliseconds(medianMilliseconds(results));
  if (results.length === 1) print(`latency ${latency}`);
  else {
    const rate = formatNumber((results.length * 1000) / totalMilliseconds);
    print(`median latency ${latency}; ${rate} inputs a second, files read and resized included`);
  }
}

function runToJson({
  model,
  device,
  session,
  results,
  totalMilliseconds,
  layers,
  profile,
  labels,
  top,
}: RunReport): object {
  return {
    model: { file: model.file, format: model.format, fileBytes: model.fileBytes },
    device: { name: deviceName(device), engine: session.engine },
    rounding: session.rounding,
    results: results.map(({ name, milliseconds, outputs }) => ({
      input: name,
      milliseconds,
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([output, tensor]) => [
          output,
          {
            dtype: tensor.dtype,
            shape: tensor.shape,
            quantization: tensor.quantization ?? null,
            range: rangeOf(tensor),
            top: isClassification(tensor) ? topClasses(tensor, top ?? standardTop, labels[output]) : null,
          },
        ]),
      ),
    })),
    latency: { medianMilliseconds: medianMilliseconds(results) },
    inputsPerSecond: (results.length * 1000) / totalMilliseconds,
    ...(layers && { layers }),
    ...(profile && { profile }),
  };
}

function checkLabels(results: readonly SampleResult[], labels: RunReport['labels']): void {
  if (Object.keys(labels).length === 0) return;
  const classified = Object.entries(results[0].outputs).filter(([, tensor]) => isClassification(tensor));
  if (classified.length === 0) {
    note('no output is a classification, so the labels are not used.');
    return;
  }
  const counts = classified.flatMap(([name, { data }]) => (name in labels ? [[labels[name].length, data.length]] : []));
  if (counts.length === 0 || counts.some(([names, classes]) => names === classes)) return;
  const classes = counts.map(([, count]) => count).join(' and ');
  note(`there are ${counts[0][0]} labels for ${classes} classes: the names may be shifted.`);
}

function printResult({ name, outputs }: SampleResult, { labels, top, session }: RunReport): void {
  print();
  print(pc.bold(name));
  const states = new Map((session.graph.states ?? []).map(({ input, output }) => [output, input]));
  for (const [output, tensor] of Object.entries(outputs)) {
    // What is there for the next run alone.
    if (output === `${states.get(output)}/next`) continue;
    const isProbability = isDistribution(tensor);
    // A plain vector may be anything; numbers of classes, names or probabilities say that it is a classification.
    const isShown = isProbability || labels[output] !== undefined || top !== undefined;
    if (!isClassification(tensor) || !isShown) {
      const { min, max, mean } = rangeOf(tensor);
      const range = `${formatNumber(min)} to ${formatNumber(max)}, mean ${formatNumber(mean)}`;
      print(`  ${output}  ${tensor.dtype} [${tensor.shape.join(', ')}]  ${range}`);
      continue;
    }
    if (Object.keys(outputs).length > 1) print(`  ${output}`);
    for (const { index, label, score } of topClasses(tensor, top ?? standardTop, labels[output])) {
      const shown = isProbability ? `${(score * 100).toFixed(1)} %` : formatNumber(score);
      print(`  ${shown.padStart(9)}  ${String(index).padStart(4)}  ${label ?? ''}`.trimEnd());
    }
  }
}

function printLayers(layers: readonly LayerRecord[]): void {
  const columns = [
    { title: 'layer' },
    { title: 'op' },
    { title: 'kernel' },
    { title: 'type' },
    { title: 'shape' },
    ...(['min', 'max', 'mean', 'µs'] as const).map((title) => ({ title, align: 'right' as const })),
  ];
  const rows = layers.map(({ name, op, kernel, dtype, shape, range, elapsedMicros }) => [
    shortenName(name),
    op,
    kernel,
    dtype,
    shape.join('x'),
    ...[range.min, range.max, range.mean].map(formatNumber),
    elapsedMicros.toFixed(1),
  ]);
  print();
  print(formatTable(columns, rows));
}

function printProfile({ layers, totalMicros, runs, clock }: Profile): void {
  const columns = [
    { title: 'layer' },
    { title: 'op' },
    { title: 'kernel' },
    ...(['µs', 'share', 'op/s', 'B/s'] as const).map((title) => ({ title, align: 'right' as const })),
  ];
  const rows = layers
    .filter(({ kernel }) => kernel !== 'none')
    .map(({ name, op, kernel, medianMicros, operations, bytes }) => [
      shortenName(name),
      op,
      kernel,
      medianMicros.toFixed(1),
      `${((medianMicros / totalMicros) * 100).toFixed(1)} %`,
      ...[operations, bytes].map((amount) =>
        medianMicros > 0 ? formatCount(amount / (medianMicros * 1e-6)).trim() : '',
      ),
    ]);
  print();
  print(formatTable(columns, rows));
  const source = clock === 'gpu' ? 'GPU timestamps' : 'the host’s clock, which adds the time of each submission';
  print(`${formatMilliseconds(totalMicros / 1000)} in all layers, medians of ${runs} runs by ${source}`);
}

function rangeOf(tensor: Tensor): ValueRange {
  const { data } = dequantizeTensor(tensor);
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (const value of data) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { min, max, mean: sum / data.length };
}

function medianMilliseconds(results: readonly SampleResult[]): number {
  const sorted = results.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
