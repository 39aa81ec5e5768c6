import { createSession, type Device, type Graph } from 'quadot';
import { accuracy, predictions } from './accuracy.ts';
import { type DigitSet, imageSize } from './draw.ts';

/** What a network does on drawn digits. */
export interface Evaluation {
  /** Fraction that is read right. */
  readonly accuracy: number;
  /** The digit read from each image. */
  readonly predicted: readonly number[];
  /** [count, 10] */
  readonly probabilities: Float32Array;
  /** Images per second in batches. */
  readonly throughput: number;
}

const pixels = imageSize ** 2;
const classes = 10;
const latencyRuns = 100;

/**
 * Reads every digit of the set in batches.
 * @param batch divides the number of digits
 */
export async function evaluate(
  device: Device,
  graph: Graph,
  set: DigitSet,
  batch: number,
  onProgress: (done: number) => void,
): Promise<Evaluation> {
  const probabilities = new Float32Array(set.count * classes);
  const batched = await createSession(device, graph, { batch });
  await batched.warmUp();
  const start = performance.now();
  for (let first = 0; first < set.count; first += batch) {
    const result = await batched.run({ image: set.images.subarray(first * pixels, (first + batch) * pixels) });
    probabilities.set(result.probabilities.data, first * classes);
    onProgress(Math.min(first + batch, set.count));
  }
  const throughput = (1000 * set.count) / (performance.now() - start);
  batched.destroy();
  const predicted = predictions(probabilities, classes);
  return {
    accuracy: accuracy(predicted, set.labels),
    predicted,
    probabilities,
    throughput,
  };
}

/**
 * Median milliseconds of single images from host to host, for each graph. The graphs take turns, so that whatever else the
 * machine does slows all of them alike.
 */
export async function compareLatency(device: Device, graphs: readonly Graph[], set: DigitSet): Promise<number[]> {
  const sessions = await Promise.all(graphs.map((graph) => createSession(device, graph)));
  const times = sessions.map((): number[] => []);
  for (const session of sessions) await session.warmUp();
  for (let run = 0; run < latencyRuns; run++) {
    const image = set.images.subarray(run * pixels, (run + 1) * pixels);
    for (const [index, session] of sessions.entries()) {
      const start = performance.now();
      await session.run({ image });
      times[index].push(performance.now() - start);
    }
  }
  for (const session of sessions) session.destroy();
  return times.map((values) => values.sort((a, b) => a - b)[latencyRuns >> 1]);
}
