import { clamp } from '../tensor/quantization.ts';
import {
  accumulatorMultiplier,
  encodeMultiplier,
  type Multiplier,
  requantize,
  type Rounding,
} from '../tensor/requantize.ts';
import type { OpDefinition } from './define-op.ts';
import { activationCodes } from './lib/activation.ts';
import { type BinaryAttributes, type BinaryQuantizations, defineBinaryOp } from './lib/binary-op.ts';
import { productConstants, productMultiplier } from './lib/product-codes.ts';

/**
 * Identity with a learned slope below zero: y = activation(x ≥ 0 ? x : slope · x).
 * On 8-bit codes y = clamp(requantize(qx − zx, sx/sy) + zy) from zero on, and clamp(requantize((qx − zx)·(qs − zs),
 * sx·ss/sy) + zy) below.
 * Inputs x and slope, of shapes that broadcast (one slope for each channel, say); the output has the broadcast shape.
 * @see TFLite PRELU, ONNX PRelu
 */
export const prelu: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'prelu',
  evaluate: (x, slope) => (x >= 0 ? x : slope * x),
  shader: 'combine-prelu',
  codes: {
    combine(quantizations, { attributes, rounding }, range) {
      const [x, slope, output] = quantizations;
      const positive = positiveMultiplier(quantizations, rounding);
      const negative = productMultiplier(quantizations, rounding);
      const [low, high] = activationCodes(attributes.activation, output, range);
      return (xCode, slopeCode) => {
        const value = xCode - x.zeroPoints[0];
        const scaled =
          value >= 0
            ? requantize(value, positive, rounding)
            : requantize(value * (slopeCode - slope.zeroPoints[0]), negative, rounding);
        return clamp(scaled + output.zeroPoints[0], low, high);
      };
    },
    kernel(quantizations, { attributes, rounding }) {
      const { bits, shift } = positiveMultiplier(quantizations, rounding);
      return {
        imports: { 'codes-sum': 'codes-prelu', 'requantize-float': `requantize-${rounding}` },
        constants: {
          ...productConstants(quantizations, attributes.activation, rounding),
          POSITIVE_MULTIPLIER: bits,
          POSITIVE_SHIFT: shift,
        },
      };
    },
  },
});

function positiveMultiplier([x, , output]: BinaryQuantizations, rounding: Rounding): Multiplier {
  return encodeMultiplier(accumulatorMultiplier(x.scales[0], 1, output.scales[0], rounding), rounding);
}
