import { codeRange } from '../../tensor/dtype.ts';
import { clamp, type Quantization } from '../../tensor/quantization.ts';
import {
  accumulatorMultiplier,
  encodeMultiplier,
  type Multiplier,
  requantize,
  type Rounding,
} from '../../tensor/requantize.ts';
import { type Activation, activationCodes } from './activation.ts';

/** How codes of one quantization become codes of another, with an activation on the way. */
export interface Recoding {
  readonly inputZeroPoint: number;
  readonly multiplier: Multiplier;
  readonly zeroPoint: number;
  readonly low: number;
  readonly high: number;
  readonly rounding: Rounding;
}

/**
 * Parameters of y = clamp(requantize(q − zx, sx / sy) + zy, low, high). Equal quantizations give the identity, clamped.
 * @param range smallest and largest code of the output's dtype
 */
export function recoding(
  input: Quantization,
  output: Quantization,
  activation: Activation,
  range: readonly [number, number],
  rounding: Rounding,
): Recoding {
  const [low, high] = activationCodes(activation, output, range);
  const real = accumulatorMultiplier(input.scales[0], 1, output.scales[0], rounding);
  return {
    inputZeroPoint: input.zeroPoints[0],
    multiplier: encodeMultiplier(real, rounding),
    zeroPoint: output.zeroPoints[0],
    low,
    high,
    rounding,
  };
}

/** The code of the output that stands for `code` of the input. */
export function recode(code: number, parameters: Recoding): number {
  const { inputZeroPoint, multiplier, zeroPoint, low, high, rounding } = parameters;
  return clamp(requantize(code - inputZeroPoint, multiplier, rounding) + zeroPoint, low, high);
}

/** What a shader that imports `recode` (`shaders/lib/recode.wgsl`) is specialized with, for int8 codes. */
export function recodeConstants(
  input: Quantization,
  output: Quantization,
  activation: Activation,
  rounding: Rounding,
): { readonly imports: Readonly<Record<string, string>>; readonly constants: Readonly<Record<string, number>> } {
  const parameters = recoding(input, output, activation, codeRange('int8'), rounding);
  return {
    imports: { 'requantize-float': `requantize-${rounding}` },
    constants: {
      RECODE_INPUT_ZERO_POINT: parameters.inputZeroPoint,
      RECODE_MULTIPLIER: parameters.multiplier.bits,
      RECODE_SHIFT: parameters.multiplier.shift,
      RECODE_ZERO_POINT: parameters.zeroPoint,
      RECODE_LOW: parameters.low,
      RECODE_HIGH: parameters.high,
    },
  };
}
