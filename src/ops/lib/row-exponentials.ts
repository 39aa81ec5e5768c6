import { NumericError } from '../../errors.ts';
import type { Binding } from '../define-op.ts';

/** Exponentials of codes in integers, so that sums of them are the same on every device. */
export interface RowExponentials {
  /** round(exp(−d · scale) · 2^exponent) for a distance d of 0 to 255 codes below the row's largest. */
  readonly exponentials: Uint32Array;
  /** At most 23, and so small that no row's sum reaches 2³¹. */
  readonly exponent: number;
}

/**
 * @param scale of the codes
 * @throws NumericError when rows are longer than 2²³, where the table would lose all precision
 */
export function rowExponentials(op: string, scale: number, channels: number): RowExponentials {
  const exponent = Math.min(23, 30 - Math.ceil(Math.log2(channels)));
  if (exponent < 7) {
    throw new NumericError(`${op}: a row of ${channels} codes is too long for 32-bit sums. Dequantize before it.`);
  }
  const exponentials = Uint32Array.from({ length: 256 }, (_, distance) =>
    Math.round(Math.exp(-distance * scale) * 2 ** exponent),
  );
  return { exponentials, exponent };
}

/** For a shader that imports `row-exponentials`. */
export function exponentialsBinding(exponentials: Uint32Array): Binding {
  return { constant: 'exponentials', sizeBytes: exponentials.byteLength, data: () => exponentials };
}
