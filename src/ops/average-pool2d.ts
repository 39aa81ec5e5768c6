import shader from '../../shaders/average-pool2d.wgsl';
import { codeRange } from '../tensor/dtype.ts';
import { clamp, type Quantization } from '../tensor/quantization.ts';
import { requantize } from '../tensor/requantize.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { absorbActivation } from './lib/absorb-activation.ts';
import { activationCodes } from './lib/activation.ts';
import { applyActivation, clampConstants } from './lib/clamp-float.ts';
import { maxCodes, meanMultiplier } from './lib/mean-multiplier.ts';
import {
  computesOnCodes,
  everyDType,
  operand,
  operandType,
  sameQuantization,
  tensorQuantization,
} from './lib/operands.ts';
import {
  type PoolAttributes,
  poolDispatch,
  poolPartition,
  poolShape,
  windowOffsets,
  windowReach,
} from './lib/pooling.ts';

export interface AveragePool2dAttributes extends PoolAttributes {
  /**
   * The codes are uint8 that became int8: exact halves round up, as they do for unsigned codes, instead of away from
   * zero. Set when a graph is lowered for the device; models do not set it.
   */
  readonly unsigned?: boolean;
}

const kernel: Kernel<AveragePool2dAttributes> = {
  name: 'average-pool2d',
  accepts: (context) =>
    everyDType(context, 'float32') || (everyDType(context, 'int8') && largestCount(context) <= maxCodes),
  dispatch(context) {
    const op = 'average-pool2d';
    const { activation, unsigned } = context.attributes;
    if (context.outputs[0].dtype === 'float32') {
      const imports = { 'average-signed': 'average-float' };
      return poolDispatch(context, { op, shader, imports, constants: { ...clampConstants(activation) } });
    }
    const [input, output] = quantizations(context);
    const [low, high] = activationCodes(activation, output, codeRange('int8'));
    const bounds = { AVERAGE_LOW: low, AVERAGE_HIGH: high };
    if (sameQuantization(input, output)) {
      const imports = { 'average-signed': unsigned ? 'average-unsigned' : 'average-signed' };
      return poolDispatch(context, { op, shader, imports, constants: bounds });
    }
    const pixels = largestCount(context);
    // The largest multiplier: what cannot be encoded is refused before anything is uploaded.
    meanMultiplier(input.scales[0], output.scales[0], 1, context.rounding);
    return poolDispatch(context, {
      op,
      shader,
      imports: { 'average-signed': 'average-requantized', 'requantize-float': `requantize-${context.rounding}` },
      constants: {
        ...bounds,
        AVERAGE_INPUT_ZERO_POINT: input.zeroPoints[0],
        AVERAGE_ZERO_POINT: output.zeroPoints[0],
        LARGEST_COUNT: pixels,
      },
      bindings: [
        {
          constant: 'multipliers',
          sizeBytes: (pixels + 1) * 8,
          data() {
            const table = new Int32Array((pixels + 1) * 2);
            for (let count = 1; count <= pixels; count++) {
              const { bits, shift } = meanMultiplier(input.scales[0], output.scales[0], count, context.rounding);
              table.set([bits, shift], count * 2);
            }
            return table;
          },
        },
      ],
    });
  },
};

/**
 * Average of each channel under a window that moves over the image: y = activation(Σx / count). Padding is neither
 * summed nor counted. On 8-bit codes:
 * - equal quantizations: the codes themselves are averaged, exact halves away from zero for int8 and upwards for uint8,
 *   as TFLite does, in every rounding mode;
 * - otherwise y = clamp(requantize(Σ(q − zx), sx / (sy · count)) + zy, low, high).
 * Input [N, H, W, C]; output [N, ⌊(H + padding − size) / stride⌋ + 1, likewise for W, C].
 * On the device at most 8.4 million codes under a window.
 */
export const averagePool2d: OpDefinition<AveragePool2dAttributes> = defineOp({
  name: 'average-pool2d',
  quantization: { output: 'input' },
  inferShape: (context) => [
    poolShape('average-pool2d', context.name, operandType('average-pool2d', context, 0).shape, context.attributes),
  ],
  isHeavy: true,
  reference(context, inputs) {
    const x = operand('average-pool2d', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    const average = computesOnCodes('average-pool2d', context)
      ? averageOfCodes(context)
      : (sum: number, count: number) => applyActivation(sum / count, context.attributes.activation);
    const [batch, height, width, channels] = y.shape;
    for (let n = 0, i = 0; n < batch; n++) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          for (let c = 0; c < channels; c++, i++) {
            const offsets = windowOffsets(context.attributes, x.shape, [n, row, column, c]);
            const sum = offsets.reduce((partial, offset) => partial + x.data[offset], 0);
            y.data[i] = average(sum, offsets.length);
          }
        }
      }
    }
    return [y];
  },
  kernels: [kernel],
  partition: poolPartition('average-pool2d'),
  absorbConsumer: absorbActivation,
  lowerUnsigned: (attributes) => ({ ...attributes, unsigned: true }),
});

/** The most pixels that one window averages. */
function largestCount(context: OpContext<AveragePool2dAttributes>): number {
  const [rows, columns] = windowReach(context.attributes, operandType('average-pool2d', context, 0).shape);
  return rows * columns;
}

/** The rule that makes the output's code of a sum of codes. */
function averageOfCodes(context: OpContext<AveragePool2dAttributes>): (sum: number, count: number) => number {
  const { dtype } = context.outputs[0];
  const [input, output] = quantizations(context);
  const [low, high] = activationCodes(context.attributes.activation, output, codeRange(dtype as 'int8' | 'uint8'));
  if (sameQuantization(input, output)) {
    const roundsUp = dtype === 'uint8' || context.attributes.unsigned === true;
    return (sum, count) =>
      clamp(roundsUp ? Math.floor((sum + count / 2) / count) : awayFromZero(sum, count), low, high);
  }
  const { rounding } = context;
  return (sum, count) => {
    const multiplier = meanMultiplier(input.scales[0], output.scales[0], count, rounding);
    return clamp(requantize(sum - count * input.zeroPoints[0], multiplier, rounding) + output.zeroPoints[0], low, high);
  };
}

/** sum / count rounded to nearest, halves away from zero. */
function awayFromZero(sum: number, count: number): number {
  return Math.sign(sum) * Math.floor((Math.abs(sum) + count / 2) / count);
}

function quantizations(context: OpContext<AveragePool2dAttributes>): readonly [Quantization, Quantization] {
  return [
    tensorQuantization('average-pool2d', context.name, operandType('average-pool2d', context, 0)),
    tensorQuantization('average-pool2d', context.name, context.outputs[0]),
  ];
}
