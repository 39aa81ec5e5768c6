import type { Rounding } from '../../src/tensor/requantize.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** What an oracle gives; less where it does not know a size before it runs. */
export interface OracleOutput {
  readonly data: ArrayLike<number | bigint>;
}

/** How far apart an output of this library and of LiteRT are. */
export interface Difference {
  readonly rounding: Rounding;
  readonly elements: number;
  /** Codes that differ, or real numbers by more than what rounding explains. */
  readonly mismatches: number;
  /** Largest difference: in codes, or relative to the largest magnitude. */
  readonly largest: number;
  /** The worst element and both values. */
  readonly worst: string;
}

/** Of float32 sums and functions, relative to the largest magnitude. */
const floatError = 1e-5;

export function compareOutput(own: Tensor, other: OracleOutput | undefined, rounding: Rounding): Difference {
  const elements = own.data.length;
  if (other?.data.length !== elements) {
    return { rounding, elements, mismatches: elements, largest: Infinity, worst: `${other?.data.length} elements` };
  }
  const isReal = own.dtype === 'float32';
  let magnitude = isReal ? 2 ** -126 : 1;
  if (isReal)
    for (const value of own.data) if (Number.isFinite(value)) magnitude = Math.max(magnitude, Math.abs(value));
  let [mismatches, largest, worst] = [0, 0, ''];
  for (let i = 0; i < elements; i++) {
    const [a, b] = [own.data[i], Number(other.data[i])];
    if (Object.is(a, b)) continue;
    const error = Math.abs(a - b) / magnitude;
    if (error <= (isReal ? floatError : 0)) continue;
    mismatches++;
    if (error <= largest) continue;
    largest = error;
    worst = `[${i}] ${a}, LiteRT ${b}`;
  }
  return { rounding, elements, mismatches, largest, worst };
}
