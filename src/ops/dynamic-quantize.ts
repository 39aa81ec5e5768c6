import shader from '../../shaders/dynamic-quantize.wgsl';
import { clamp } from '../tensor/quantization.ts';
import { elementCount, quadCount, type Shape } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { dynamicCode } from './lib/dynamic-scale.ts';
import { checkScales, scaleCount } from './lib/dynamic-layer.ts';
import { unaryDispatch } from './lib/elementwise.ts';
import { operand, operandType } from './lib/operands.ts';

/** The scales say how. */
export type DynamicQuantizeAttributes = Readonly<Record<string, never>>;

const kernel: Kernel<DynamicQuantizeAttributes> = {
  name: 'dynamic-quantize',
  accepts: (context) =>
    context.inputs.every((type) => type?.dtype === 'float32') && context.outputs[0].dtype === 'int8',
  dispatch(context) {
    const { shape } = operandType('dynamic-quantize', context, 0);
    const ranges = scaleCount(operandType('dynamic-quantize', context, 1));
    return unaryDispatch(context, {
      op: 'dynamic-quantize',
      shader,
      constants: { RANGES: ranges, RANGE_QUADS: quadCount(shape) / ranges },
      bindings: [{ input: 1 }],
      operationsPerElement: 8,
    });
  },
};

/**
 * Codes of real numbers by scales found at run time:
 * y = saturate(round(float32(zeroPoint + float32(x · inverse)))), halves away from zero, as TFLite quantizes the inputs of
 * layers with int8 weights. NaN becomes the zero point.
 * Inputs: x float32 [...]; scales float32 [...leading axes of x, 3], as `dynamic-scale` makes them. Output: int8, without
 * a quantization, of x's shape.
 * @throws ShapeError when the scales are not for leading axes of x
 */
export const dynamicQuantize: OpDefinition<DynamicQuantizeAttributes> = defineOp({
  name: 'dynamic-quantize',
  inferShape(context): readonly Shape[] {
    const { shape } = operandType('dynamic-quantize', context, 0);
    checkScales('dynamic-quantize', context.name, shape, operandType('dynamic-quantize', context, 1), shape.length - 1);
    return [shape];
  },
  reference(context, inputs) {
    const x = operand('dynamic-quantize', context, inputs, 0);
    const scales = operand('dynamic-quantize', context, inputs, 1);
    const y = emptyTensor(context.outputs[0]);
    const length = elementCount(x.shape) / scaleCount(scales);
    for (let i = 0; i < y.data.length; i++) {
      const at = 3 * Math.floor(i / length);
      const [scale, inverse, zeroPoint] = scales.data.subarray(at, at + 3);
      const value = Number.isNaN(x.data[i]) ? 0 : x.data[i];
      y.data[i] = clamp(dynamicCode(value, { scale, inverse, zeroPoint }), -128, 127);
    }
    return [y];
  },
  kernels: [kernel],
  partition: {
    unit: () => 1,
    part(context: OpContext<DynamicQuantizeAttributes>, range) {
      const leading = operandType('dynamic-quantize', context, 1).shape.length - 1;
      const scales = range.axis < leading ? [range] : [];
      return {
        attributes: context.attributes,
        inputs: [
          { input: 0, ranges: [range] },
          { input: 1, ranges: scales },
        ],
      };
    },
  },
});
