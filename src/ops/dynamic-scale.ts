import shader from '../../shaders/dynamic-scale.wgsl';
import { ShapeError } from '../errors.ts';
import { elementCount, formatShape, type Shape } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpDefinition } from './define-op.ts';
import { dynamicScale as scaleOf } from './lib/dynamic-scale.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { everyDType, operand, operandType, streamingCost } from './lib/operands.ts';

export interface DynamicScaleAttributes {
  /** Codes ±127 without zero point; otherwise −128 to 127 over the range widened to 0. */
  readonly isSymmetric: boolean;
}

const kernel: Kernel<DynamicScaleAttributes> = {
  name: 'dynamic-scale',
  accepts: (context) => everyDType(context, 'float32'),
  dispatch(context) {
    const { shape } = operandType('dynamic-scale', context, 0);
    const parts = shape[shape.length - 2];
    const ranges = elementCount(shape) / parts / 2;
    const launch = linearDispatch(ranges);
    return {
      shader,
      constants: {
        ...launch.constants,
        RANGES: ranges,
        PARTS: parts,
        IS_SYMMETRIC: context.attributes.isSymmetric ? 1 : 0,
      },
      bindings: [{ input: 0 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, 200 * ranges),
    };
  },
};

/**
 * The scales of int8 codes for ranges found at run time: for each range (scale, its inverse, zero point), where
 * real = scale · (code − zero point). A range of zeros has the scale 1.
 * Input: what `min-max` makes, float32 [..., parts, 2]. Output: float32 [..., 3].
 * @throws ShapeError for another input
 */
export const dynamicScale: OpDefinition<DynamicScaleAttributes> = defineOp({
  name: 'dynamic-scale',
  needsFloat32: true,
  inferShape(context): readonly Shape[] {
    const { shape } = operandType('dynamic-scale', context, 0);
    if (shape.length < 2 || shape[shape.length - 1] !== 2) {
      throw new ShapeError(
        `dynamic-scale "${context.name}": its input is ${formatShape(shape)}, not [..., parts, 2]. Find the ranges with min-max.`,
      );
    }
    return [[...shape.slice(0, -2), 3]];
  },
  reference(context, inputs) {
    const x = operand('dynamic-scale', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    const length = 2 * x.shape[x.shape.length - 2];
    for (let range = 0; range * 3 < y.data.length; range++) {
      let [min, max] = [0, 0];
      for (let i = range * length; i < (range + 1) * length; i += 2) {
        min = Math.min(min, x.data[i]);
        max = Math.max(max, x.data[i + 1]);
      }
      const { scale, inverse, zeroPoint } = scaleOf(min, max, context.attributes.isSymmetric);
      y.data.set([scale, inverse, zeroPoint], range * 3);
    }
    return [y];
  },
  kernels: [kernel],
  partition: {
    unit: (context, axis) => (axis < context.outputs[0].shape.length - 1 ? 1 : undefined),
    part: ({ attributes }, range) => ({ attributes, inputs: [{ input: 0, ranges: [range] }] }),
  },
});
