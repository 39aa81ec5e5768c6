import { readFile } from 'node:fs/promises';
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';
import { calibrate, type Device, type Graph, quantize, readSafetensors, type Tensor, withWeights } from 'quadot';
import { openDevice } from 'quadot/node';
import { compareLayers, type LayerComparison } from './compare-layers.ts';
import { type DigitSet, drawDigits, imageSize } from './draw.ts';
import { compareLatency, type Evaluation, evaluate } from './evaluate.ts';
import { digitNetwork } from './network.ts';
import { showDigits } from './show.ts';

/**
 * The main job, `npm start`: draws digits, quantizes the committed network to int8 on this machine's GPU, checks every
 * layer against the CPU, and reports accuracy, speed and size. Exits with 1 when a layer differs.
 */
const weightsFile = 'demos/digits/weights.safetensors';
/** Other digits than those the network was trained on (see train.ts). */
const seeds = { calibration: 3, heldOut: 4 };
const batch = 50;
const calibrationBatches = 4;
const heldOutCount = 1000;
const pixels = imageSize ** 2;

const { tensors } = readSafetensors(await readFile(weightsFile));
const float = withWeights(digitNetwork(1), Object.fromEntries(tensors));
const device = await openDevice();
const { vendor, architecture, description, isSoftware } = device.capabilities;
const adapter = `${[vendor, architecture, description].filter(Boolean).join(' ')}${isSoftware ? ' (software)' : ''}`;
console.log(`${pc.bold('quadot')} on ${pc.cyan(adapter)}, int8 engine ${pc.cyan(device.engine)}\n`);

const int8 = quantize(float, await observe(device));
const heldOut = drawDigits(heldOutCount, seeds.heldOut);

const image: Tensor = {
  dtype: 'float32',
  shape: [1, imageSize, imageSize, 1],
  data: heldOut.images.slice(0, pixels),
};
const layers = await compareLayers(device, int8, { image });
console.log(`\nLayer by layer, against the CPU reference:\n${layerTable(layers)}\n`);

const floatResult = await measure('float32', float, heldOut);
const int8Result = await measure('int8', int8, heldOut);
console.log(`\n${showExamples(heldOut, int8Result)}`);

const mismatches = layers.reduce((sum, layer) => sum + layer.mismatches, 0);
const agreeing = floatResult.predicted.filter((digit, index) => digit === int8Result.predicted[index]).length;
console.log(`\nint8 reads ${agreeing} of ${heldOutCount} digits as float32 does.`);
console.log(
  mismatches === 0
    ? pc.green('Every layer equals the CPU reference.')
    : pc.red(`${mismatches} numbers differ from the CPU reference.`),
);
const [floatLatency, int8Latency] = await compareLatency(device, [float, int8], heldOut);
console.log(
  `\n${summaryTable([
    { name: 'float32', graph: float, result: floatResult, latencyMs: floatLatency, engine: '' },
    { name: 'int8', graph: int8, result: int8Result, latencyMs: int8Latency, engine: device.engine },
  ])}`,
);
if (isSoftware) console.log('The adapter is the CPU: times show that it works, not how fast a GPU is.');
device.destroy();
process.exitCode = mismatches === 0 ? 0 : 1;

/** Ranges of every value on the calibration digits. */
async function observe(gpu: Device) {
  const set = drawDigits(batch * calibrationBatches, seeds.calibration);
  const samples = Array.from({ length: calibrationBatches }, (_, index) => ({
    image: set.images.subarray(index * batch * pixels, (index + 1) * batch * pixels),
  }));
  const batched = withWeights(digitNetwork(batch), Object.fromEntries(tensors));
  return withBar('calibrating', calibrationBatches, (onProgress) => calibrate(gpu, batched, samples, { onProgress }));
}

async function measure(name: string, graph: Graph, set: DigitSet): Promise<Evaluation> {
  return withBar(name.padEnd('calibrating'.length), set.count, (onProgress) =>
    evaluate(device, graph, set, batch, onProgress),
  );
}

async function withBar<T>(
  name: string,
  total: number,
  work: (onProgress: (done: number) => void) => Promise<T>,
): Promise<T> {
  const bar = new SingleBar({ format: `${name} {bar} {value}/{total}`, hideCursor: true }, Presets.shades_classic);
  bar.start(total, 0);
  try {
    return await work((done) => bar.update(done));
  } finally {
    bar.stop();
  }
}

function layerTable(comparisons: readonly LayerComparison[]): string {
  const table = plainTable(['layer', 'op', 'kernel', 'type', 'shape', 'µs', 'values that differ']);
  for (const { name, op, kernel, dtype, shape, elapsedMicros, mismatches } of comparisons) {
    table.push([
      name,
      op,
      kernel,
      dtype,
      shape.join('×'),
      elapsedMicros.toFixed(0),
      mismatches === 0 ? pc.green('0') : pc.red(String(mismatches)),
    ]);
  }
  return table.toString();
}

/** A few digits, and the first that was misread. */
function showExamples(set: DigitSet, { predicted, probabilities }: Evaluation): string {
  const misread = predicted.findIndex((digit, index) => digit !== set.labels[index]);
  const shown = [3, 18, misread < 0 ? 27 : misread];
  return showDigits(
    shown.map((index) => ({
      image: set.images.subarray(index * pixels, (index + 1) * pixels),
      label: set.labels[index],
      predicted: predicted[index],
      probability: probabilities[index * 10 + predicted[index]],
    })),
  );
}

interface SummaryRow {
  readonly name: string;
  readonly graph: Graph;
  readonly result: Evaluation;
  readonly latencyMs: number;
  /** The int8 engine, where one is used. */
  readonly engine: string;
}

function summaryTable(rows: readonly SummaryRow[]): string {
  const table = plainTable(['', 'accuracy', 'weights', 'latency (median)', 'batched', 'engine', 'adapter']);
  for (const { name, graph, result, latencyMs, engine } of rows) {
    const bytes = Object.values(graph.constants).reduce((sum, { data }) => sum + data.byteLength, 0);
    table.push([
      name,
      `${(100 * result.accuracy).toFixed(1)} %`,
      `${bytes} B`,
      `${latencyMs.toFixed(2)} ms`,
      `${result.throughput.toFixed(0)} / s`,
      engine,
      adapter,
    ]);
  }
  return table.toString();
}

/** A table without lines between its rows; colours come from picocolors, which knows when there is no terminal. */
function plainTable(head: readonly string[]): Table.Table {
  return new Table({
    head: head.map((title) => pc.cyan(title)),
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
}
