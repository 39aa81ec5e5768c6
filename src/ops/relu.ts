import recodeInt8 from '../../shaders/recode-int8.wgsl';
import reluFloat from '../../shaders/relu-float.wgsl';
import { codeRange } from '../tensor/dtype.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import type { Activation } from './lib/activation.ts';
import { applyActivation, clampConstants } from './lib/clamp-float.ts';
import { elementwisePartition, unaryDispatch } from './lib/elementwise.ts';
import { computesOnCodes, everyDType, operand, operandType, tensorQuantization } from './lib/operands.ts';
import { recode, recodeConstants, recoding } from './lib/recode.ts';
import { reorderElementwise } from './lib/reorder.ts';

export interface ReluAttributes {
  readonly activation: Exclude<Activation, 'none'>;
}

const int8: Kernel<ReluAttributes> = {
  name: 'recode-int8',
  accepts: (context) => everyDType(context, 'int8'),
  dispatch(context) {
    const [input, output] = quantizations(context);
    return unaryDispatch(context, {
      op: 'relu',
      shader: recodeInt8,
      ...recodeConstants(input, output, context.attributes.activation, context.rounding),
      operationsPerElement: 3,
    });
  },
};

const float: Kernel<ReluAttributes> = {
  name: 'relu-float',
  accepts: (context) => everyDType(context, 'float32'),
  dispatch: (context) =>
    unaryDispatch(context, {
      op: 'relu',
      shader: reluFloat,
      imports: {},
      constants: { ...clampConstants(context.attributes.activation) },
      operationsPerElement: 2,
    }),
};

/**
 * Clamp to an activation's bounds: y = min(max(x, low), high), with [0, ∞) for `relu`, [0, 6] for `relu6`, [0, 1] for
 * `relu-0-to-1` and [−1, 1] for `relu-n1-to-1`. On 8-bit codes the bounds are codes of the output, and codes of another quantization are rescaled
 * first: y = clamp(requantize(qx − zx, sx / sy) + zy, low, high).
 * Input of any shape; the output has the same.
 */
export const relu: OpDefinition<ReluAttributes> = defineOp({
  name: 'relu',
  quantization: { output: 'input', inputTakesOutputRange: true },
  inferShape: (context) => [operandType('relu', context, 0).shape],
  reference(context, inputs) {
    const x = operand('relu', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    const { activation } = context.attributes;
    if (computesOnCodes('relu', context)) {
      const [from, to] = quantizations(context);
      const parameters = recoding(from, to, activation, codeRange(y.dtype as 'int8' | 'uint8'), context.rounding);
      for (let i = 0; i < x.data.length; i++) y.data[i] = recode(x.data[i], parameters);
    } else {
      for (let i = 0; i < x.data.length; i++) y.data[i] = applyActivation(x.data[i], activation);
    }
    return [y];
  },
  kernels: [int8, float],
  partition: elementwisePartition(),
  reorder: reorderElementwise,
});

function quantizations(context: OpContext<ReluAttributes>) {
  return [
    tensorQuantization('relu', context.name, operandType('relu', context, 0)),
    tensorQuantization('relu', context.name, context.outputs[0]),
  ] as const;
}
