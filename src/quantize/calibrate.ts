import { NumericError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import type { Graph } from '../graph/graph.ts';
import type { HostInput } from '../runtime/host-io.ts';
import { createSession, type Session } from '../runtime/session.ts';
import type { TensorData } from '../tensor/dtype.ts';
import { minMax, type Range, type Ranges, unite } from './range.ts';

/** One run's inputs by name, of the graph's shapes. */
export type Sample = Readonly<Record<string, HostInput>>;

export interface CalibrateOptions {
  /** How a range is chosen. `min-max` (default): everything that was seen. */
  readonly method?: 'min-max';
  readonly signal?: AbortSignal;
  /** @param total absent when the samples are not an array */
  readonly onProgress?: (done: number, total: number | undefined) => void;
}

/**
 * Runs a float32 graph on samples and observes the range of every float32 value that depends on the inputs and that
 * something reads. The others have none: what is computed from constants alone is a constant to `quantize`, and what
 * nothing reads is not computed.
 * Samples are taken one at a time and not kept; each may be a batch, as large as the graph's.
 * @throws NumericError when there is no sample, or a value is NaN or infinite
 */
export async function calibrate(
  device: Device,
  graph: Graph,
  samples: Iterable<Sample> | AsyncIterable<Sample>,
  { method = 'min-max', signal, onProgress }: CalibrateOptions = {},
): Promise<Ranges> {
  if (method !== 'min-max')
    throw new NumericError(`calibrate: method "${String(method)}" does not exist. Use "min-max".`);
  // Without fusion every value that is computed on the device is the output of some layer.
  const session = await createSession(device, graph, { fusion: false, signal });
  try {
    const total = Array.isArray(samples) ? samples.length : undefined;
    const ranges = new Map<string, Range>();
    let done = 0;
    for await (const sample of samples) {
      for await (const [name, data] of observations(session, sample, signal)) {
        ranges.set(name, unite(ranges.get(name), minMax(name, data)));
      }
      done++;
      onProgress?.(done, total);
    }
    // What a run leaves is what the next one may take.
    for (const { input, output } of graph.states ?? []) {
      const range = ranges.get(output);
      if (range !== undefined) ranges.set(input, unite(ranges.get(input), range));
    }
    if (done > 0) return Object.fromEntries(ranges);
  } finally {
    session.destroy();
  }
  throw new NumericError(`calibrate: no samples were given for "${graph.name}". A hundred typical inputs suffice.`);
}

/** Every float32 value of a run with its name: the inputs, then each layer's output. */
async function* observations(
  session: Session,
  sample: Sample,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly [string, TensorData]> {
  for (const name of session.graph.inputs) {
    // What is missing, the session reports.
    if (session.graph.values[name].dtype === 'float32' && sample[name]) yield [name, dataOf(sample[name])];
  }
  for await (const layer of session.layers(sample, { signal })) {
    if (layer.dtype === 'float32') yield [layer.output, (await layer.read()).data];
  }
}

function dataOf(input: HostInput): TensorData {
  return ArrayBuffer.isView(input) ? input : input.data;
}
