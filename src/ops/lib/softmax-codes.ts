import { clamp, type Quantization } from '../../tensor/quantization.ts';
import { encodeMultiplier, type Multiplier, requantize, type Rounding } from '../../tensor/requantize.ts';
import { rowExponentials } from './row-exponentials.ts';

/** Bits of a probability kept beyond those of the output's code. */
const guardBits = 8;

/** A quotient of this many bits is exact in float32. */
const maxBits = 24;

/** Softmax of 8-bit codes, in integers only. */
export interface SoftmaxCodes {
  /** Of `RowExponentials`. */
  readonly exponentials: Uint32Array;
  /** Bits after the point of a probability, before it becomes a code. */
  readonly bits: number;
  /** From a probability of that many bits to codes. */
  readonly multiplier: Multiplier;
  readonly zeroPoint: number;
  readonly rounding: Rounding;
}

/**
 * Parameters of softmax on rows of `channels` codes.
 * @throws NumericError when rows are too long
 */
export function softmaxCodes(
  input: Quantization,
  output: Quantization,
  beta: number,
  channels: number,
  rounding: Rounding,
): SoftmaxCodes {
  const { exponentials } = rowExponentials('softmax', input.scales[0] * beta, channels);
  const scale = output.scales[0];
  const bits = clamp(Math.ceil(Math.log2(1 / scale)) + guardBits, guardBits, maxBits);
  return {
    exponentials,
    bits,
    multiplier: encodeMultiplier(1 / scale / 2 ** bits, rounding),
    zeroPoint: output.zeroPoints[0],
    rounding,
  };
}

/** The code of exponential / total, before it is clamped to the output's range. The shader divides bit by bit. */
export function probabilityCode(exponential: number, total: number, parameters: SoftmaxCodes): number {
  const scaled = exponential * 2 ** parameters.bits;
  // The remainder is exact below 2⁵³, and so is the quotient of what it leaves.
  const quotient = (scaled - (scaled % total)) / total;
  return requantize(quotient, parameters.multiplier, parameters.rounding) + parameters.zeroPoint;
}
