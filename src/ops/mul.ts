import { codeRange } from '../tensor/dtype.ts';
import { clamp } from '../tensor/quantization.ts';
import { accumulatorMultiplier, encodeMultiplier, requantize } from '../tensor/requantize.ts';
import type { OpDefinition } from './define-op.ts';
import { activationCodes } from './lib/activation.ts';
import { type BinaryAttributes, type BinaryQuantizations, defineBinaryOp } from './lib/binary-op.ts';
import type { Multiplier, Rounding } from '../tensor/requantize.ts';

/**
 * Product of two tensors, element by element: y = activation(a · b).
 * On 8-bit codes y = clamp(requantize((qa − za)·(qb − zb)) + zy) with the multiplier sa·sb/sy.
 * Inputs of shapes that broadcast; the output has the broadcast shape.
 * @see TFLite MUL, ONNX Mul
 */
export const mul: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'mul',
  evaluate: (a, b) => a * b,
  shader: 'combine-product',
  codes: {
    combine(quantizations, { attributes, rounding }, range) {
      const [a, b, output] = quantizations;
      const multiplier = productMultiplier(quantizations, rounding);
      const [low, high] = activationCodes(attributes.activation, output, range);
      return (aCode, bCode) => {
        const product = (aCode - a.zeroPoints[0]) * (bCode - b.zeroPoints[0]);
        return clamp(requantize(product, multiplier, rounding) + output.zeroPoints[0], low, high);
      };
    },
    kernel(quantizations, { attributes, rounding }) {
      const [a, b, output] = quantizations;
      const { bits, shift } = productMultiplier(quantizations, rounding);
      const [low, high] = activationCodes(attributes.activation, output, codeRange('int8'));
      return {
        imports: { 'codes-sum': 'codes-product', 'requantize-float': `requantize-${rounding}` },
        constants: {
          A_ZERO_POINT: a.zeroPoints[0],
          B_ZERO_POINT: b.zeroPoints[0],
          ZERO_POINT: output.zeroPoints[0],
          MULTIPLIER: bits,
          SHIFT: shift,
          LOW: low,
          HIGH: high,
        },
      };
    },
  },
  int32: { evaluate: Math.imul, shader: 'combine-product' },
});

/** @throws NumericError when the output's scale is far too small for the product */
function productMultiplier([a, b, output]: BinaryQuantizations, rounding: Rounding): Multiplier {
  return encodeMultiplier(accumulatorMultiplier(a.scales[0], b.scales[0], output.scales[0], rounding), rounding);
}
