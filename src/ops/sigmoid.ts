import lookupInt8 from '../../shaders/lookup-int8.wgsl';
import sigmoidFloat from '../../shaders/sigmoid-float.wgsl';
import { codeRange } from '../tensor/dtype.ts';
import { dequantizeValue, type Quantization, quantizeValue } from '../tensor/quantization.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { codeTableBinding } from './lib/code-table.ts';
import { elementwisePartition, unaryDispatch } from './lib/elementwise.ts';
import { computesOnCodes, everyDType, operand, operandType, tensorQuantization } from './lib/operands.ts';

export type SigmoidAttributes = Readonly<Record<string, never>>;

const int8: Kernel<SigmoidAttributes> = {
  name: 'lookup-int8',
  accepts: (context) => everyDType(context, 'int8'),
  dispatch(context) {
    const [input, output] = quantizations(context);
    return unaryDispatch(context, {
      op: 'sigmoid',
      shader: lookupInt8,
      bindings: [codeTableBinding((code) => sigmoidCode(code, input, output, codeRange('int8')))],
      operationsPerElement: 1,
    });
  },
};

const float: Kernel<SigmoidAttributes> = {
  name: 'sigmoid-float',
  accepts: (context) => everyDType(context, 'float32'),
  dispatch: (context) => unaryDispatch(context, { op: 'sigmoid', shader: sigmoidFloat, operationsPerElement: 4 }),
};

/**
 * Logistic function y = 1 / (1 + exp(−x)). On 8-bit codes every code is dequantized, mapped and quantized again; the
 * device reads the 256 results from a table.
 * Input of any shape; the output has the same.
 */
export const sigmoid: OpDefinition<SigmoidAttributes> = defineOp({
  name: 'sigmoid',
  quantization: { output: { scales: [1 / 256], zeroPoints: [-128] } },
  inferShape: (context) => [operandType('sigmoid', context, 0).shape],
  reference(context, inputs) {
    const x = operand('sigmoid', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    if (computesOnCodes('sigmoid', context)) {
      const [input, output] = quantizations(context);
      const range = codeRange(y.dtype as 'int8' | 'uint8');
      for (let i = 0; i < x.data.length; i++) y.data[i] = sigmoidCode(x.data[i], input, output, range);
    } else {
      for (let i = 0; i < x.data.length; i++) y.data[i] = logistic(x.data[i]);
    }
    return [y];
  },
  kernels: [int8, float],
  partition: elementwisePartition(),
});

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function sigmoidCode(
  code: number,
  input: Quantization,
  output: Quantization,
  [low, high]: readonly [number, number],
): number {
  const real = dequantizeValue(code, input.scales[0], input.zeroPoints[0]);
  return quantizeValue(logistic(real), output.scales[0], output.zeroPoints[0], low, high);
}

function quantizations(context: OpContext<SigmoidAttributes>) {
  return [
    tensorQuantization('sigmoid', context.name, operandType('sigmoid', context, 0)),
    tensorQuantization('sigmoid', context.name, context.outputs[0]),
  ] as const;
}
