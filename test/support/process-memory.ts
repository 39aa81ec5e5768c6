/** The process's memory when so many steps (runs, cycles) of a long test were done. */
export interface MemorySample {
  readonly steps: number;
  readonly bytes: number;
}

/** The process's memory at several moments of a long test. */
export class ProcessMemory {
  readonly #samples: MemorySample[] = [];

  /** Takes what nobody holds out of the picture first; needs `--expose-gc`. */
  async sample(steps: number): Promise<void> {
    if (globalThis.gc === undefined) throw new Error('run Node with --expose-gc');
    // Objects of the GPU are freed by finalizers, which run in the task after the collection.
    for (let turn = 0; turn < 2; turn++) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#samples.push({ steps, bytes: process.memoryUsage().rss });
  }

  /** What each step leaves behind, in bytes. */
  bytesPerStep(): number {
    return bytesPerStep(this.#samples);
  }

  toString(): string {
    const sizes = this.#samples.map(({ bytes }) => (bytes / 2 ** 20).toFixed(1));
    return `${sizes.join(' ')} MiB, ${this.bytesPerStep().toFixed(0)} bytes a step`;
  }
}

/**
 * Slope of the line through the samples, by least squares, that is over all of them but the first quarter: allocators
 * take what they like at first; what leaks goes on.
 */
export function bytesPerStep(samples: readonly MemorySample[]): number {
  if (samples.length < 12) throw new Error(`${samples.length} samples say too little: take at least 12`);
  const settled = samples.slice(Math.ceil(samples.length / 4));
  const middleSteps = mean(settled.map(({ steps }) => steps));
  const middleBytes = mean(settled.map(({ bytes }) => bytes));
  let [covariance, variance] = [0, 0];
  for (const { steps, bytes } of settled) {
    covariance += (steps - middleSteps) * (bytes - middleBytes);
    variance += (steps - middleSteps) ** 2;
  }
  return covariance / variance;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
