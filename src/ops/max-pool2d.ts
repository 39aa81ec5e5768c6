import shader from '../../shaders/max-pool2d.wgsl';
import { codeRange } from '../tensor/dtype.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { absorbActivation } from './lib/absorb-activation.ts';
import { applyActivation, clampConstants } from './lib/clamp-float.ts';
import { computesOnCodes, everyDType, operand, operandType, tensorQuantization } from './lib/operands.ts';
import { type PoolAttributes, poolDispatch, poolPartition, poolShape, windowOffsets } from './lib/pooling.ts';
import { recode, recodeConstants, recoding } from './lib/recode.ts';

export type MaxPool2dAttributes = PoolAttributes;

const kernel: Kernel<MaxPool2dAttributes> = {
  name: 'max-pool2d',
  accepts: (context) => everyDType(context, 'int8') || everyDType(context, 'float32'),
  dispatch(context) {
    const { activation } = context.attributes;
    if (context.outputs[0].dtype === 'float32') {
      const imports = { 'max-int8': 'max-float' };
      return poolDispatch(context, { op: 'max-pool2d', shader, imports, constants: { ...clampConstants(activation) } });
    }
    const recoded = recodeConstants(...quantizations(context), activation, context.rounding);
    return poolDispatch(context, { op: 'max-pool2d', shader, ...recoded });
  },
};

/**
 * Largest value of each channel under a window that moves over the image: y = activation(max x). Padding is not part of
 * the window. On 8-bit codes the largest code is rescaled when the output has another quantization, which keeps order.
 * Input [N, H, W, C]; output [N, ⌊(H + padding − size) / stride⌋ + 1, likewise for W, C].
 */
export const maxPool2d: OpDefinition<MaxPool2dAttributes> = defineOp({
  name: 'max-pool2d',
  quantization: { output: 'input' },
  inferShape: (context) => [
    poolShape('max-pool2d', context.name, operandType('max-pool2d', context, 0).shape, context.attributes),
  ],
  isHeavy: true,
  reference(context, inputs) {
    const x = operand('max-pool2d', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    let finish = (largest: number): number => applyActivation(largest, context.attributes.activation);
    if (computesOnCodes('max-pool2d', context)) {
      const range = codeRange(y.dtype as 'int8' | 'uint8');
      const parameters = recoding(...quantizations(context), context.attributes.activation, range, context.rounding);
      finish = (largest) => recode(largest, parameters);
    }
    const [batch, height, width, channels] = y.shape;
    for (let n = 0, i = 0; n < batch; n++) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          for (let c = 0; c < channels; c++, i++) {
            const offsets = windowOffsets(context.attributes, x.shape, [n, row, column, c]);
            y.data[i] = finish(offsets.reduce((largest, offset) => Math.max(largest, x.data[offset]), -Infinity));
          }
        }
      }
    }
    return [y];
  },
  kernels: [kernel],
  partition: poolPartition('max-pool2d'),
  absorbConsumer: absorbActivation,
});

function quantizations(context: OpContext<MaxPool2dAttributes>) {
  return [
    tensorQuantization('max-pool2d', context.name, operandType('max-pool2d', context, 0)),
    tensorQuantization('max-pool2d', context.name, context.outputs[0]),
  ] as const;
}
