/** The process's memory in bytes at several moments of a long run. */
export class ProcessMemory {
  readonly #samples: number[] = [];

  /** Takes what nobody holds out of the picture first; needs `--expose-gc`. */
  async sample(): Promise<number> {
    if (globalThis.gc === undefined) throw new Error('run Node with --expose-gc');
    // Objects of the GPU are freed by finalizers, which run in the task after the collection.
    for (let turn = 0; turn < 2; turn++) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { rss } = process.memoryUsage();
    this.#samples.push(rss);
    return rss;
  }

  /**
   * How much more memory there was at the end than in the middle, in bytes: medians of the last and of the third quarter
   * of the samples. Allocators take what they like at first; what leaks goes on.
   */
  growthBytes(): number {
    const quarter = Math.floor(this.#samples.length / 4);
    if (quarter < 3) throw new Error(`${this.#samples.length} samples say too little: take at least 12`);
    const third = this.#samples.slice(-2 * quarter, -quarter);
    const last = this.#samples.slice(-quarter);
    return median(last) - median(third);
  }

  toString(): string {
    return this.#samples.map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(' ') + ' MiB';
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
