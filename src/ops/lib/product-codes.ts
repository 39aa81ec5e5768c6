import { codeRange } from '../../tensor/dtype.ts';
import { accumulatorMultiplier, encodeMultiplier, type Multiplier, type Rounding } from '../../tensor/requantize.ts';
import { type Activation, activationCodes } from './activation.ts';
import type { BinaryQuantizations } from './binary-op.ts';

/**
 * What turns the product of two centered codes into the output's code: sa·sb/sy.
 * @throws NumericError when the output's scale is far too small for the product
 */
export function productMultiplier([a, b, output]: BinaryQuantizations, rounding: Rounding): Multiplier {
  return encodeMultiplier(accumulatorMultiplier(a.scales[0], b.scales[0], output.scales[0], rounding), rounding);
}

/** Specializes `shaders/lib/codes-product.wgsl`, or another file with its constants, for int8 codes. */
export function productConstants(
  quantizations: BinaryQuantizations,
  activation: Activation,
  rounding: Rounding,
): Readonly<Record<string, number>> {
  const [a, b, output] = quantizations;
  const { bits, shift } = productMultiplier(quantizations, rounding);
  const [low, high] = activationCodes(activation, output, codeRange('int8'));
  return {
    A_ZERO_POINT: a.zeroPoints[0],
    B_ZERO_POINT: b.zeroPoints[0],
    ZERO_POINT: output.zeroPoints[0],
    MULTIPLIER: bits,
    SHIFT: shift,
    LOW: low,
    HIGH: high,
  };
}
