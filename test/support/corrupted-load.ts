import { QuadotError } from '../../src/errors.ts';
import { corrupt, type Target } from './corruption.ts';
import { watch, type Effort } from './watched-load.ts';

const mostMilliseconds = 2000;
/** Beyond what the file itself takes. */
const mostGrowthBytes = 200e6;

/** What became of one damaged file. */
export interface Attempt<T> extends Effort {
  readonly seed: number;
  readonly kind: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The library's refusal; absent when the file was read. */
  readonly error?: QuadotError;
  readonly loaded?: T;
}

/**
 * Reads a damaged file.
 * @throws Error when what is thrown is none of the library's errors, or when reading takes too long or too much memory
 */
export function attempt<T>(target: Target, seed: number, load: (bytes: Uint8Array<ArrayBuffer>) => T): Attempt<T> {
  const { kind, bytes } = corrupt(target, seed);
  let result = tryLoad(bytes, load);
  // Another process may have had the machine; what the reading itself takes does not go away.
  for (let repeats = 0; repeats < 2 && result.milliseconds > mostMilliseconds; repeats++) result = tryLoad(bytes, load);
  const { milliseconds, growthBytes } = result;
  if (milliseconds > mostMilliseconds) throw new Error(`${kind}: took ${milliseconds.toFixed(0)} ms`);
  if (growthBytes > mostGrowthBytes + bytes.byteLength) {
    throw new Error(`${kind}: took ${formatMegabytes(growthBytes)} for a file of ${formatMegabytes(bytes.byteLength)}`);
  }
  return { seed, kind, bytes, milliseconds, growthBytes, ...result.result };
}

function tryLoad<T>(
  bytes: Uint8Array<ArrayBuffer>,
  load: (bytes: Uint8Array<ArrayBuffer>) => T,
): Effort & { readonly result: Pick<Attempt<T>, 'loaded' | 'error'> } {
  return watch(() => {
    try {
      return { loaded: load(bytes) };
    } catch (error) {
      if (error instanceof QuadotError) return { error };
      throw new Error(`none of the library's errors: ${String(error)}`, { cause: error });
    }
  });
}

/** Counts attempts by what became of them, and keeps the slowest and the largest. */
export class Tally {
  readonly #counts = new Map<string, number>();
  #slowest: Attempt<unknown> | undefined;
  #largest: Attempt<unknown> | undefined;

  add(attempted: Attempt<unknown>): void {
    this.count(attempted.error?.name ?? 'read');
    if (!(attempted.milliseconds <= (this.#slowest?.milliseconds ?? 0))) this.#slowest = attempted;
    if (!(attempted.growthBytes <= (this.#largest?.growthBytes ?? 0))) this.#largest = attempted;
  }

  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  toString(): string {
    const counts = [...this.#counts].sort(([, a], [, b]) => b - a).map(([what, count]) => `${count} ${what}`);
    const slowest = this.#slowest && `slowest ${this.#slowest.milliseconds.toFixed(0)} ms (seed ${this.#slowest.seed})`;
    const largest = this.#largest && `most ${formatMegabytes(this.#largest.growthBytes)} (seed ${this.#largest.seed})`;
    return [counts.join(', '), slowest, largest].join('; ');
  }
}

function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
