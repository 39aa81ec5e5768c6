import { readFile, writeFile } from 'node:fs/promises';
import { Presets, SingleBar } from 'cli-progress';
import pc from 'picocolors';
import { runReference, type Tensor, withWeights, writeSafetensors } from 'quadot';
import { accuracy, predictions } from './accuracy.ts';
import { drawDigits } from './draw.ts';
import { digitNetwork } from './network.ts';
import { createAdam } from './training/adam.ts';
import { backward, crossEntropy, forward, type Numbers } from './training/backpropagation.ts';

/**
 * Makes demos/digits/weights.safetensors: trains the network on digits drawn on the way, each seen once. Seeded, on the
 * CPU, in a few minutes; `--check` compares with the committed file instead of writing it.
 */
const batch = 32;
const steps = 2500;
const peakLearningRate = 4e-3;
const seeds = { weights: 1, training: 1000, validation: 2 };
const weightsFile = 'demos/digits/weights.safetensors';

const graph = digitNetwork(batch, seeds.weights);
const weights: Numbers = Object.fromEntries(
  Object.entries(graph.constants).map(([name, { data }]) => [name, Float32Array.from(data)]),
);
const update = createAdam(weights);
const bar = new SingleBar(
  { format: 'training {bar} {percentage} % | loss {loss} | {eta} s left' },
  Presets.shades_classic,
);
bar.start(steps, 0, { loss: '' });
let smoothLoss = Math.log(10);
for (let step = 0; step < steps; step++) {
  const { images, labels } = drawDigits(batch, seeds.training + step);
  const values = forward(graph, weights, { image: images });
  smoothLoss += 0.02 * (crossEntropy(values.probabilities, labels) - smoothLoss);
  const warmUp = Math.min(step / 100, 1);
  const cosine = 0.5 * (1 + Math.cos((Math.PI * step) / steps));
  update(backward(graph, weights, values, labels), peakLearningRate * warmUp * cosine);
  bar.update(step + 1, { loss: smoothLoss.toFixed(4) });
}
bar.stop();

const tensors: Record<string, Tensor> = Object.fromEntries(
  Object.entries(weights).map(([name, data]) => [name, { dtype: 'float32', shape: graph.values[name].shape, data }]),
);
const difference = compareWithLibrary();
if (difference > 1e-4) throw new Error(`the trainer's forward pass differs from the library's by ${difference}.`);
console.log(
  `validation accuracy ${pc.green(`${(100 * validate()).toFixed(2)} %`)}, largest difference from the library ${difference}`,
);

const bytes = writeSafetensors(tensors, { trainedBy: 'npm run train:digits' });
if (process.argv.includes('--check')) {
  const same = Buffer.from(bytes).equals(await readFile(weightsFile));
  console.log(same ? pc.green('same bytes as the committed weights') : pc.red('differs from the committed weights'));
  process.exitCode = same ? 0 : 1;
} else {
  await writeFile(weightsFile, bytes);
  console.log(`wrote ${weightsFile}, ${bytes.length} bytes`);
}

function validate(): number {
  const set = drawDigits(batch * 100, seeds.validation);
  const predicted: number[] = [];
  for (let start = 0; start < set.count; start += batch) {
    const image = set.images.subarray(start * 784, (start + batch) * 784);
    predicted.push(...predictions(forward(graph, weights, { image }).probabilities, 10));
  }
  return accuracy(predicted, set.labels);
}

/** Largest difference of a probability between this trainer's forward pass and the library's reference. */
function compareWithLibrary(): number {
  const { images } = drawDigits(batch, seeds.validation);
  const own = forward(graph, weights, { image: images }).probabilities;
  const image: Tensor = { dtype: 'float32', shape: graph.values.image.shape, data: images };
  const { data } = runReference(withWeights(graph, tensors), { image }).get('probabilities')!;
  return Math.max(...own.map((value, index) => Math.abs(value - data[index])));
}
