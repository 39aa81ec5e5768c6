import { encodeMultiplier, type Multiplier, type Rounding } from '../../tensor/requantize.ts';

/** Sums of this many centered codes (±255 each), with half a divisor added to round, cannot leave int32. */
export const maxCodes: number = Math.floor((2 ** 31 - 1) / 256);

/**
 * What turns a sum of `count` centered codes into the mean's code: inputScale / (outputScale · count).
 * The TFLite modes divide the fixed-point mantissa of inputScale / outputScale by the count and drop the remainder, as
 * TFLite's reference mean does: it decides ties.
 */
export function meanMultiplier(inputScale: number, outputScale: number, count: number, rounding: Rounding): Multiplier {
  if (rounding === 'float') return encodeMultiplier(inputScale / (outputScale * count), rounding);
  const { bits, shift } = encodeMultiplier(inputScale / outputScale, rounding);
  // The largest power of two not above the count keeps the quotient below 2³¹; the shift must stay at −31 or more.
  const widening = Math.min(Math.floor(Math.log2(count)), 32, 31 + shift);
  return { bits: Number((BigInt(bits) << BigInt(widening)) / BigInt(count)), shift: shift - widening };
}
