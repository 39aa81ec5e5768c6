import {
  createPreprocessor,
  nextStates,
  type Graph,
  type PixelImage,
  type Preprocessor,
  type PreprocessOptions,
  type RunInput,
  type Session,
  type Tensor,
  type TensorData,
} from '../node/index.ts';
import type { ProgressReport } from './output.ts';
import type { Sample } from './samples.ts';
import { UsageError } from './usage-error.ts';

/** What the network made of one sample. */
export interface SampleResult {
  readonly name: string;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** From the submission of its run to its outputs on the host. */
  readonly milliseconds: number;
}

/** Feeds samples to a session, several as a batch where the session takes several. */
export class SampleRunner {
  readonly #session: Session;
  readonly #preprocessor: Preprocessor | undefined;
  readonly #batch: number;
  readonly #isStream: boolean;
  /** What the last run remembers. */
  #states: Record<string, Tensor> = {};

  private constructor(session: Session, preprocessor: Preprocessor | undefined, isStream: boolean) {
    this.#isStream = isStream;
    this.#session = session;
    this.#preprocessor = preprocessor;
    this.#batch = batchOf(session.graph);
  }

  /**
   * @param isStream whether a sample follows the one before it: what the network remembers goes from one to the next
   * @throws UsageError when results of a batch cannot be told apart
   */
  static async create(
    session: Session,
    samples: readonly Sample[],
    options: PreprocessOptions,
    isStream = false,
  ): Promise<SampleRunner> {
    const { graph, device } = session;
    const batch = batchOf(graph);
    const shared = graph.outputs.find((name) => batch > 1 && graph.values[name].shape[0] !== batch);
    if (shared !== undefined) {
      throw new UsageError(
        `output "${shared}" [${graph.values[shared].shape.join(', ')}] does not have the batch of ${batch} as its first axis. Use --batch 1.`,
      );
    }
    const hasImages = samples.some(({ decode }) => decode !== undefined);
    const preprocessor = hasImages
      ? await createPreprocessor(device, graph.values[graph.inputs[0]], options)
      : undefined;
    if (isStream && batch > 1) throw new UsageError('a stream has one input after the other. Use --batch 1.');
    if (isStream && session.graph.states === undefined) {
      throw new UsageError('the model remembers nothing from one run to the next, so its inputs are no stream.');
    }
    return new SampleRunner(session, preprocessor, isStream);
  }

  /** Runs all samples one after another, so that the time of each is its own, and returns results in their order. */
  async runAll(samples: readonly Sample[], signal: AbortSignal, onProgress: ProgressReport): Promise<SampleResult[]> {
    const results: SampleResult[] = [];
    for (const group of chunk(samples, this.#batch)) {
      signal.throwIfAborted();
      results.push(...(await this.#runGroup(group, signal)));
      onProgress(results.length, samples.length);
    }
    return results;
  }

  /** The inputs of a run for the first samples. Call `release` afterwards. */
  async prepare(group: readonly Sample[]): Promise<{ inputs: Record<string, RunInput>; release: () => void }> {
    // The last run may have fewer samples than it takes: the last one is repeated.
    const full = Array.from({ length: this.#batch }, (_, index) => group[Math.min(index, group.length - 1)]);
    if (full.every(({ decode }) => decode !== undefined)) {
      const images: PixelImage[] = [];
      for (const { decode } of full) images.push(await decode!());
      const tensor = await this.#preprocessor!.process(images);
      return { inputs: { [this.#session.graph.inputs[0]]: tensor }, release: () => tensor.destroy() };
    }
    const inputs: Record<string, TensorData> = {};
    for (const name of Object.keys(full[0].data!)) inputs[name] = concatenate(full.map(({ data }) => data![name]));
    return { inputs, release: () => undefined };
  }

  destroy(): void {
    this.#preprocessor?.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async #runGroup(group: readonly Sample[], signal: AbortSignal): Promise<SampleResult[]> {
    const { inputs, release } = await this.prepare(group);
    try {
      const start = performance.now();
      const outputs = await this.#session.run({ ...this.#states, ...inputs }, { signal });
      const milliseconds = performance.now() - start;
      if (this.#isStream) this.#states = nextStates(this.#session.graph, outputs);
      return group.map(({ name }, index) => ({ name, milliseconds, outputs: this.#slice(outputs, index) }));
    } finally {
      release();
    }
  }

  /** The outputs of one sample of a batch. */
  #slice(outputs: Readonly<Record<string, Tensor>>, index: number): Record<string, Tensor> {
    if (this.#batch === 1) return { ...outputs };
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, shape, ...type }]) => {
        const length = data.length / this.#batch;
        return [
          name,
          { ...type, shape: [1, ...shape.slice(1)], data: data.slice(index * length, (index + 1) * length) },
        ];
      }),
    );
  }
}

/** Samples that one run takes: the first axis of the inputs. */
export function batchOf(graph: Graph): number {
  return graph.values[graph.inputs[0]]?.shape[0] ?? 1;
}

/** Groups of at most `size`; images and data never share one, because they reach the device in different ways. */
function chunk(samples: readonly Sample[], size: number): Sample[][] {
  const groups: Sample[][] = [];
  for (const sample of samples) {
    const last = groups.at(-1);
    const fits =
      last !== undefined && last.length < size && (last[0].decode === undefined) === (sample.decode === undefined);
    if (fits) last.push(sample);
    else groups.push([sample]);
  }
  return groups;
}

function concatenate(parts: readonly TensorData[]): TensorData {
  if (parts.length === 1) return parts[0];
  const ElementArray = parts[0].constructor as new (length: number) => TensorData;
  const whole = new ElementArray(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part as never, offset);
    offset += part.length;
  }
  return whole;
}
