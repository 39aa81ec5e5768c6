import { ShapeError } from '../errors.ts';
import type { Quantization } from '../tensor/quantization.ts';
import { rowLength } from '../tensor/shape.ts';
import type { OpContext, OpDefinition } from './define-op.ts';
import { defineRowNormalization, largestOf, sumOf } from './lib/row-normalization.ts';
import { exponentialsBinding } from './lib/row-exponentials.ts';
import { probabilityCode, softmaxCodes, type SoftmaxCodes } from './lib/softmax-codes.ts';

export interface SoftmaxAttributes {
  /** Factor of the exponents; positive. */
  readonly beta: number;
}

/**
 * Softmax over the last axis: y = exp(beta · (x − max)) / Σ exp(beta · (x − max)).
 * On 8-bit codes the exponentials are integers of 2^k steps and p = ⌊e · 2^bits / Σe⌋ an integer quotient, which becomes
 * y = clamp(requantize(p, 2^−bits / sy) + zy); at TFLite's output scale 1/256 within one code of its reference kernel.
 * Input of any shape; the output has the same.
 */
export const softmax: OpDefinition<SoftmaxAttributes> = defineRowNormalization({
  name: 'softmax',
  quantization: { scales: [1 / 256], zeroPoints: [-128] },
  check(name, { beta }) {
    if (!(beta > 0) || !Number.isFinite(beta)) {
      throw new ShapeError(`softmax "${name}": beta is ${beta}. Use a positive number.`);
    }
  },
  real:
    ({ beta }) =>
    (row) => {
      const largest = largestOf(row);
      const total = sumOf(row, (x) => Math.exp(beta * (x - largest)));
      return (x) => Math.exp(beta * (x - largest)) / total;
    },
  codes(context, input, output) {
    const parameters = codesOf(context, input, output);
    const { exponentials } = parameters;
    return (row) => {
      const largest = largestOf(row);
      const total = sumOf(row, (code) => exponentials[largest - code]);
      return (code) => probabilityCode(exponentials[largest - code], total, parameters);
    };
  },
  float: ({ beta }) => ({ imports: {}, constants: { BETA: beta } }),
  int8(context, input, output) {
    const { exponentials, bits, multiplier } = codesOf(context, input, output);
    return {
      imports: { 'requantize-float': `requantize-${context.rounding}` },
      constants: { BITS: bits, MULTIPLIER: multiplier.bits, SHIFT: multiplier.shift },
      bindings: [exponentialsBinding(exponentials)],
    };
  },
});

function codesOf(context: OpContext<SoftmaxAttributes>, input: Quantization, output: Quantization): SoftmaxCodes {
  const channels = rowLength(context.outputs[0].shape);
  return softmaxCodes(input, output, context.attributes.beta, channels, context.rounding);
}
