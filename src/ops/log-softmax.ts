import type { Quantization } from '../tensor/quantization.ts';
import { rowLength } from '../tensor/shape.ts';
import type { OpContext, OpDefinition } from './define-op.ts';
import { binaryLogarithm, logProbabilityCode, logSoftmaxCodes, type LogSoftmaxCodes } from './lib/log-softmax-codes.ts';
import { exponentialsBinding } from './lib/row-exponentials.ts';
import { defineRowNormalization, largestOf, sumOf } from './lib/row-normalization.ts';

export type LogSoftmaxAttributes = Readonly<Record<string, never>>;

/**
 * Logarithm of softmax over the last axis: y = x − max − log Σ exp(x − max).
 * On 8-bit codes the exponentials are integers, and so are the binary logarithms b, in steps of 2⁻¹⁶, of which
 * y = clamp(requantize(−(b(exp(max − x)) + b(Σ)), ln 2 / sy) + zy) comes; within one code of the real value.
 * Input of any shape; the output has the same.
 * @see TFLite LOG_SOFTMAX, ONNX LogSoftmax
 */
export const logSoftmax: OpDefinition<LogSoftmaxAttributes> = defineRowNormalization({
  name: 'log-softmax',
  quantization: { scales: [1 / 16], zeroPoints: [127] },
  real: () => (row) => {
    const largest = largestOf(row);
    const logarithm = Math.log(sumOf(row, (x) => Math.exp(x - largest)));
    return (x) => x - largest - logarithm;
  },
  codes(context, input, output) {
    const parameters = codesOf(context, input, output);
    const { exponentials, exponent } = parameters;
    return (row) => {
      const largest = largestOf(row);
      const logarithm = binaryLogarithm(
        sumOf(row, (code) => exponentials[largest - code]),
        exponent,
      );
      return (code) => logProbabilityCode(largest - code, logarithm, parameters);
    };
  },
  float: () => ({ imports: { 'row-softmax': 'row-log-softmax' } }),
  int8(context, input, output) {
    const { exponentials, exponent, distances, multiplier } = codesOf(context, input, output);
    return {
      imports: {
        'row-codes-softmax': 'row-codes-log-softmax',
        'requantize-float': `requantize-${context.rounding}`,
      },
      constants: { EXPONENT: exponent, MULTIPLIER: multiplier.bits, SHIFT: multiplier.shift },
      bindings: [
        exponentialsBinding(exponentials),
        { constant: 'distances', sizeBytes: distances.byteLength, data: () => distances },
      ],
    };
  },
});

function codesOf(context: OpContext<LogSoftmaxAttributes>, input: Quantization, output: Quantization): LogSoftmaxCodes {
  return logSoftmaxCodes(input, output, rowLength(context.outputs[0].shape), context.rounding);
}
