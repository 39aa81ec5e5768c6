import type { Quantization } from '../../tensor/quantization.ts';
import { encodeMultiplier, type Multiplier, requantize, type Rounding } from '../../tensor/requantize.ts';
import { rowExponentials, type RowExponentials } from './row-exponentials.ts';

/** Bits of a binary logarithm after the point. */
const fractionBits = 16;

/** Beyond any code that an output could have, and far from the limits of int32. */
const largestDistance = 2 ** 29;

/** Logarithm of softmax of 8-bit codes, in integers only. */
export interface LogSoftmaxCodes extends RowExponentials {
  /** round(log₂(exp(d · scale)) · 2¹⁶) for a distance d of 0 to 255 codes below the row's largest. */
  readonly distances: Int32Array;
  /** From binary logarithms to codes. */
  readonly multiplier: Multiplier;
  readonly zeroPoint: number;
  readonly rounding: Rounding;
}

/**
 * Parameters of the logarithm of softmax on rows of `channels` codes.
 * @throws NumericError when rows are too long
 */
export function logSoftmaxCodes(
  input: Quantization,
  output: Quantization,
  channels: number,
  rounding: Rounding,
): LogSoftmaxCodes {
  const scale = input.scales[0];
  return {
    ...rowExponentials('log-softmax', scale, channels),
    distances: Int32Array.from({ length: 256 }, (_, distance) =>
      Math.min(Math.round(distance * scale * Math.LOG2E * 2 ** fractionBits), largestDistance),
    ),
    multiplier: encodeMultiplier(Math.LN2 / output.scales[0] / 2 ** fractionBits, rounding),
    zeroPoint: output.zeroPoints[0],
    rounding,
  };
}

/**
 * ⌊log₂(total / 2^exponent) · 2¹⁶⌋, digit by digit: squaring doubles a logarithm. Products lose what is behind 31 bits,
 * on the device as here.
 * @param total at least 2^exponent, below 2³¹
 */
export function binaryLogarithm(total: number, exponent: number): number {
  const leading = Math.clz32(total);
  // From 1 to 2, with 31 bits behind the point.
  let mantissa = BigInt(total) << BigInt(leading);
  let logarithm = 31 - leading - exponent;
  for (let digit = 0; digit < fractionBits; digit++) {
    const square = (mantissa * mantissa) >> 32n;
    const bit = square >> 31n;
    mantissa = square << (1n - bit);
    logarithm = logarithm * 2 + Number(bit);
  }
  return logarithm;
}

/** The code for an element so far below its row's largest, before it is clamped to the output's range. */
export function logProbabilityCode(distance: number, logarithm: number, parameters: LogSoftmaxCodes): number {
  const { distances, multiplier, zeroPoint, rounding } = parameters;
  return requantize(-(distances[distance] + logarithm), multiplier, rounding) + zeroPoint;
}
