import { NumericError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import type { Graph } from '../graph/graph.ts';
import type { HostInput } from '../runtime/host-io.ts';
import { createSession } from '../runtime/session.ts';
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
 * Runs a float32 graph on samples and observes the range of every float32 value.
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
  // Without fusion every value of the graph is the output of some layer.
  using session = await createSession(device, graph, { fusion: false, signal });
  const total = Array.isArray(samples) ? samples.length : undefined;
  const ranges = new Map<string, Range>();
  const observe = (name: string, range: Range): unknown => ranges.set(name, unite(ranges.get(name), range));
  let done = 0;
  for await (const sample of samples) {
    for (const name of graph.inputs) {
      if (graph.values[name].dtype === 'float32' && sample[name]) observe(name, minMax(name, dataOf(sample[name])));
    }
    for await (const layer of session.layers(sample)) {
      signal?.throwIfAborted();
      if (layer.dtype === 'float32') observe(layer.output, minMax(layer.output, (await layer.read()).data));
    }
    onProgress?.(++done, total);
  }
  if (done === 0)
    throw new NumericError(`calibrate: no samples were given for "${graph.name}". A hundred typical inputs suffice.`);
  return Object.fromEntries(ranges);
}

function dataOf(input: HostInput) {
  return ArrayBuffer.isView(input) ? input : input.data;
}
