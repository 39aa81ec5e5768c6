import { NumericError, UnsupportedOpError } from '../errors.ts';
import type { Quantization } from '../tensor/quantization.ts';
import { requantize, type Rounding } from '../tensor/requantize.ts';
import { rowLength } from '../tensor/shape.ts';
import type { OpContext, OpDefinition } from './define-op.ts';
import { inverseSquareRoot } from './lib/inverse-square-root.ts';
import { defineRowNormalization, sumOf } from './lib/row-normalization.ts';

export type L2NormalizationAttributes = Readonly<Record<string, never>>;

/** Squares of this many centered codes (255² each) stay below 2³¹. */
const maxChannels = Math.floor((2 ** 31 - 1) / 255 ** 2);

const outputScale = 1 / 128;

/**
 * Rows of length one: y = x / √Σx² over the last axis, the root being no less than 10⁻⁶.
 * On 8-bit codes, whose output has the scale 1/128, y = clamp(requantize(q − zx, 128 / √Σ(q − zx)²) + zy) with a
 * fixed-point multiplier as TFLite computes it, in every rounding mode: the mode `float` takes `tflite-double` here.
 * Input of any shape; the output has the same. Rows of at most 33,025 codes.
 * @see TFLite L2_NORMALIZATION, ONNX LpNormalization
 */
export const l2Normalization: OpDefinition<L2NormalizationAttributes> = defineRowNormalization({
  name: 'l2-normalization',
  quantization: { scales: [outputScale], zeroPoints: [0] },
  real: () => (row) => {
    const length = Math.max(Math.sqrt(sumOf(row, (x) => x * x)), 1e-6);
    return (x) => x / length;
  },
  codes(context, input, output) {
    requireCodes(context, output);
    const [zeroPoint] = input.zeroPoints;
    const rounding = fixedPoint(context.rounding);
    return (row) => {
      const { bits, shift } = inverseSquareRoot(sumOf(row, (code) => (code - zeroPoint) ** 2));
      const multiplier = { bits, shift: shift - Math.log2(outputScale) };
      return (code) => requantize(code - zeroPoint, multiplier, rounding) + output.zeroPoints[0];
    };
  },
  float: () => ({ imports: { 'row-softmax': 'row-l2' } }),
  int8(context, input, output) {
    requireCodes(context, output);
    return {
      imports: {
        'row-codes-softmax': 'row-codes-l2',
        'requantize-tflite-double': `requantize-${fixedPoint(context.rounding)}`,
      },
      constants: { INPUT_ZERO_POINT: input.zeroPoints[0] },
    };
  },
});

function fixedPoint(rounding: Rounding): Rounding {
  return rounding === 'float' ? 'tflite-double' : rounding;
}

function requireCodes(context: OpContext<L2NormalizationAttributes>, output: Quantization): void {
  const where = `l2-normalization "${context.name}"`;
  const channels = rowLength(context.outputs[0].shape);
  if (channels > maxChannels) {
    throw new NumericError(`${where}: a row of ${channels} codes is too long for 32-bit sums. Dequantize before it.`);
  }
  if (output.scales[0] !== outputScale) {
    throw new UnsupportedOpError(
      `${where}: the output's scale is ${output.scales[0]}. On codes it is 1/128; quantize after it.`,
    );
  }
}
