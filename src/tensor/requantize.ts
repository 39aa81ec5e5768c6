import { NumericError } from '../errors.ts';
import { roundTiesEven } from './quantization.ts';

/**
 * How an int32 accumulator becomes an 8-bit code.
 * - `float`: roundTiesEven(float32(acc) · float32 multiplier), as ONNX Runtime's CPU kernels and XNNPACK's fp32 variant.
 * - `tflite-single`, `tflite-double`: 31-bit fixed-point multiplier and shift with one or two roundings, for users who
 *   must match a TFLite build bit for bit.
 */
export type Rounding = 'float' | 'tflite-single' | 'tflite-double';

export const roundings: readonly Rounding[] = ['float', 'tflite-single', 'tflite-double'];

/** A real multiplier as the GPU reads it: float32 bits, or a 31-bit fixed-point mantissa and a left shift. */
export interface Multiplier {
  /** `float`: the bits of the float32; otherwise round(mantissa · 2³¹) in [2³⁰, 2³¹). */
  readonly bits: number;
  /** `float`: 0; otherwise the exponent, positive to the left. */
  readonly shift: number;
}

const bitsView = new DataView(new ArrayBuffer(4));

export function float32Bits(value: number): number {
  bitsView.setFloat32(0, value);
  return bitsView.getInt32(0);
}

export function float32FromBits(bits: number): number {
  bitsView.setInt32(0, bits);
  return bitsView.getFloat32(0);
}

/**
 * inputScale · weightScale / outputScale in the arithmetic the rounding mode prescribes: float32 at each step for
 * `float` (ONNX Runtime), double for the TFLite modes.
 */
export function accumulatorMultiplier(
  inputScale: number,
  weightScale: number,
  outputScale: number,
  rounding: Rounding,
): number {
  if (rounding !== 'float') return (inputScale * weightScale) / outputScale;
  return Math.fround(Math.fround(inputScale * weightScale) / outputScale);
}

/**
 * Encodes a non-negative real multiplier.
 * @throws NumericError when it is negative, not finite, or too large for 31-bit fixed point
 */
export function encodeMultiplier(real: number, rounding: Rounding): Multiplier {
  if (!(real >= 0) || real >= 2 ** 31) {
    throw new NumericError(`requantize: multiplier ${real} is outside [0, 2^31). Check the scales of this layer.`);
  }
  if (rounding === 'float') return { bits: float32Bits(Math.fround(real)), shift: 0 };
  if (real === 0) return { bits: 0, shift: 0 };
  let exponent = Math.floor(Math.log2(real)) + 1;
  let mantissa = real / 2 ** exponent;
  // log2 may be off by one next to a power of two.
  if (mantissa >= 1) {
    mantissa /= 2;
    exponent += 1;
  } else if (mantissa < 0.5) {
    mantissa *= 2;
    exponent -= 1;
  }
  let bits = Math.floor(mantissa * 2 ** 31 + 0.5);
  if (bits === 2 ** 31) {
    bits /= 2;
    exponent += 1;
  }
  // A shift below −31 makes every product round to 0 (TFLite flushes it the same way).
  if (exponent < -31) return { bits: 0, shift: 0 };
  return { bits, shift: exponent };
}

/** The int32 accumulator scaled by the multiplier and rounded, before the zero point and the clamp. */
export function requantize(accumulator: number, multiplier: Multiplier, rounding: Rounding): number {
  if (rounding === 'float') {
    return roundTiesEven(Math.fround(Math.fround(accumulator) * float32FromBits(multiplier.bits)));
  }
  return rounding === 'tflite-single'
    ? requantizeSingle(accumulator, multiplier)
    : requantizeDouble(accumulator, multiplier);
}

/** One rounding: (acc · bits + 2^(30−shift)) >> (31−shift), halves upwards. */
function requantizeSingle(accumulator: number, { bits, shift }: Multiplier): number {
  const totalShift = BigInt(31 - shift);
  const product = BigInt(accumulator) * BigInt(bits) + (1n << (totalShift - 1n));
  return Number(product >> totalShift);
}

/** Two roundings: a doubling high multiplication, then a division by a power of two, each away from zero on halves. */
function requantizeDouble(accumulator: number, { bits, shift }: Multiplier): number {
  const left = Math.max(shift, 0);
  const right = Math.max(-shift, 0);
  // int32 wrap-around of the left shift is TFLite's own behaviour.
  const product = BigInt(Math.imul(accumulator, 2 ** left)) * BigInt(bits);
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  // BigInt division truncates toward zero, as C does.
  const high = Number((product + nudge) / (1n << 31n));
  return roundingDivideByPowerOfTwo(high, right);
}

/** value / 2^exponent, rounded to nearest with halves away from zero. */
export function roundingDivideByPowerOfTwo(value: number, exponent: number): number {
  if (exponent === 0) return value;
  const divisor = 2 ** exponent;
  return value >= 0 ? Math.floor(value / divisor + 0.5) : Math.ceil(value / divisor - 0.5);
}
