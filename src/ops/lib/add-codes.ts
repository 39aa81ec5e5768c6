import { NumericError } from '../../errors.ts';
import { codeRange } from '../../tensor/dtype.ts';
import { clamp, type Quantization } from '../../tensor/quantization.ts';
import { encodeMultiplier, type Multiplier, requantize, type Rounding } from '../../tensor/requantize.ts';
import { type Activation, activationCodes } from './activation.ts';

/** Sums of the fixed-point form stay below this magnitude, which leaves an int32 room for the rounding term. */
const sumLimit = 2 ** 30;

/** A difference of two 8-bit codes is at most this large. */
const maxDifference = 255;

/** TFLite's shift of both inputs before it scales them. */
const tfliteLeftShift = 20;

interface Operands {
  readonly aZeroPoint: number;
  readonly bZeroPoint: number;
  readonly zeroPoint: number;
  /** Smallest and largest code of the result, with the activation in them. */
  readonly low: number;
  readonly high: number;
}

/** Integer multipliers over 2^shift. */
interface FixedPointAdd extends Operands {
  readonly rounding: 'float';
  readonly aMultiplier: number;
  readonly bMultiplier: number;
  readonly shift: number;
}

interface TfliteAdd extends Operands {
  readonly rounding: 'tflite-single' | 'tflite-double';
  readonly a: Multiplier;
  readonly b: Multiplier;
  readonly output: Multiplier;
}

/** Everything the sum of two quantized tensors needs, as integers. */
export type AddParameters = FixedPointAdd | TfliteAdd;

/**
 * Parameters of y = a + b on 8-bit codes.
 * - `float`: y = clamp(roundTiesEven(((qa − za)·Ma + (qb − zb)·Mb) / 2^s) + zy), Ma = round(sa/sy · 2^s), and s the
 *   largest for which the sum stays below 2³⁰: at least 21 significant bits, in integers only.
 * - TFLite modes: TFLite's reference add (left shift 20, both inputs scaled by their scale / (2 · larger scale), the sum
 *   by 2 · larger scale / (2²⁰ · sy)).
 * @param range smallest and largest code of the output's dtype
 * @throws NumericError when an input's scale is more than about 2²⁰ times the output's
 */
export function addParameters(
  a: Quantization,
  b: Quantization,
  output: Quantization,
  activation: Activation,
  range: readonly [number, number],
  rounding: Rounding,
): AddParameters {
  const [low, high] = activationCodes(activation, output, range);
  const operands = {
    aZeroPoint: a.zeroPoints[0],
    bZeroPoint: b.zeroPoints[0],
    zeroPoint: output.zeroPoints[0],
    low,
    high,
  };
  const [aScale, bScale, scale] = [a.scales[0], b.scales[0], output.scales[0]];
  if (rounding !== 'float') {
    const twiceMax = 2 * Math.max(aScale, bScale);
    return {
      ...operands,
      rounding,
      a: encodeMultiplier(aScale / twiceMax, rounding),
      b: encodeMultiplier(bScale / twiceMax, rounding),
      output: encodeMultiplier(twiceMax / (2 ** tfliteLeftShift * scale), rounding),
    };
  }
  for (let shift = 30; shift > 0; shift--) {
    const aMultiplier = Math.round((aScale / scale) * 2 ** shift);
    const bMultiplier = Math.round((bScale / scale) * 2 ** shift);
    if (maxDifference * (aMultiplier + bMultiplier) < sumLimit) {
      return { ...operands, rounding, aMultiplier, bMultiplier, shift };
    }
  }
  throw new NumericError(
    `add: input scales ${aScale} and ${bScale} are more than 2^20 times the output's scale ${scale}. Calibrate the output again.`,
  );
}

/** The sum's code. The shader side is `addCodes` of `shaders/lib/add-codes*.wgsl`. */
export function addCodes(aCode: number, bCode: number, parameters: AddParameters): number {
  const a = aCode - parameters.aZeroPoint;
  const b = bCode - parameters.bZeroPoint;
  const { zeroPoint, low, high } = parameters;
  return clamp(scaledSum(a, b, parameters) + zeroPoint, low, high);
}

/** The difference's code: as the sum, with b's sign changed. */
export function subtractCodes(aCode: number, bCode: number, parameters: AddParameters): number {
  const a = aCode - parameters.aZeroPoint;
  const b = bCode - parameters.bZeroPoint;
  const { zeroPoint, low, high } = parameters;
  return clamp(scaledSum(a, b, parameters, -1) + zeroPoint, low, high);
}

/** @param sign of b: 1 or −1 */
function scaledSum(a: number, b: number, parameters: AddParameters, sign = 1): number {
  if (parameters.rounding === 'float') {
    const { aMultiplier, bMultiplier, shift } = parameters;
    const sum = a * aMultiplier + sign * b * bMultiplier;
    // Halves to even: the half is completed only when the quotient is odd.
    return (sum + 2 ** (shift - 1) - 1 + ((sum >> shift) & 1)) >> shift;
  }
  const { rounding } = parameters;
  const scaledA = requantize(a * 2 ** tfliteLeftShift, parameters.a, rounding);
  const scaledB = requantize(b * 2 ** tfliteLeftShift, parameters.b, rounding);
  return requantize(scaledA + sign * scaledB, parameters.output, rounding);
}

/** What a shader that imports `add-codes` is specialized with; part of a Dispatch. */
export interface AddCodesConstants {
  readonly imports: Readonly<Record<string, string>>;
  readonly constants: Readonly<Record<string, number>>;
}

/**
 * Specializes a shader that calls `addCodes(a, b)` on int8 codes.
 * @throws NumericError as addParameters
 */
export function addCodesConstants(
  a: Quantization,
  b: Quantization,
  output: Quantization,
  activation: Activation,
  rounding: Rounding,
): AddCodesConstants {
  const parameters = addParameters(a, b, output, activation, codeRange('int8'), rounding);
  const common = {
    ADD_A_ZERO_POINT: parameters.aZeroPoint,
    ADD_B_ZERO_POINT: parameters.bZeroPoint,
    ADD_ZERO_POINT: parameters.zeroPoint,
    ADD_LOW: parameters.low,
    ADD_HIGH: parameters.high,
  };
  return {
    imports:
      rounding === 'float' ? {} : { 'add-codes': 'add-codes-tflite', 'requantize-float': `requantize-${rounding}` },
    constants:
      parameters.rounding === 'float'
        ? {
            ...common,
            ADD_A_MULTIPLIER: parameters.aMultiplier,
            ADD_B_MULTIPLIER: parameters.bMultiplier,
            ADD_SHIFT: parameters.shift,
          }
        : {
            ...common,
            ADD_A_MULTIPLIER: parameters.a.bits,
            ADD_A_SHIFT: parameters.a.shift,
            ADD_B_MULTIPLIER: parameters.b.bits,
            ADD_B_SHIFT: parameters.b.shift,
            ADD_MULTIPLIER: parameters.output.bits,
            ADD_SHIFT: parameters.output.shift,
          },
  };
}
