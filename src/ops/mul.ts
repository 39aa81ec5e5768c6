import { clamp } from '../tensor/quantization.ts';
import { requantize } from '../tensor/requantize.ts';
import type { OpDefinition } from './define-op.ts';
import { activationCodes } from './lib/activation.ts';
import { type BinaryAttributes, defineBinaryOp } from './lib/binary-op.ts';
import { productConstants, productMultiplier } from './lib/product-codes.ts';

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
    kernel: (quantizations, { attributes, rounding }) => ({
      imports: { 'codes-sum': 'codes-product', 'requantize-float': `requantize-${rounding}` },
      constants: productConstants(quantizations, attributes.activation, rounding),
    }),
  },
  int32: { evaluate: Math.imul, shader: 'combine-product' },
});
