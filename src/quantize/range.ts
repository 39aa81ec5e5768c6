import { NumericError } from '../errors.ts';
import type { TensorData } from '../tensor/dtype.ts';

/** Smallest and largest real number a value takes. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Ranges by value name. */
export type Ranges = Readonly<Record<string, Range>>;

/** The smallest range that holds both. */
export function unite(a: Range | undefined, b: Range): Range {
  return a ? { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) } : b;
}

/**
 * The exact range of the numbers.
 * @throws NumericError when there are none, or one is NaN or infinite
 */
export function minMax(name: string, data: TensorData): Range {
  let [min, max] = [Infinity, -Infinity];
  for (const value of data) {
    if (!Number.isFinite(value)) {
      throw new NumericError(
        `calibrate: value "${name}" holds ${value}. Look for overflow in the model or bad samples.`,
      );
    }
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) throw new NumericError(`calibrate: value "${name}" has no elements.`);
  return { min, max };
}
