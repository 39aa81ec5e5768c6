import shader from '../../../shaders/arg-extreme.wgsl';
import { UnsupportedOpError } from '../../errors.ts';
import { elementCount, normalizeAxis, quadCount, rowLength, type Shape } from '../../tensor/shape.ts';
import { emptyTensor } from '../../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from '../define-op.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { operand, operandType, streamingCost } from './operands.ts';
import { orderWithout } from './reorder.ts';

export interface ArgExtremeAttributes {
  /** Negative axes count from the end. */
  readonly axis: number;
  /** Whether the axis stays, with size 1. */
  readonly keepDims: boolean;
}

/** Declares arg-max or arg-min: where along an axis the first of the largest or smallest elements is. */
export function defineArgExtreme(
  name: string,
  isBetter: (value: number, best: number) => boolean,
): OpDefinition<ArgExtremeAttributes> {
  const kernel: Kernel<ArgExtremeAttributes> = {
    name: 'arg-extreme',
    accepts: (context) =>
      context.outputs[0].dtype === 'int32' && ['int8', 'float32'].includes(operandType(name, context, 0).dtype),
    dispatch(context) {
      const input = operandType(name, context, 0);
      const [output] = context.outputs;
      const { length, inner } = sizes(name, context);
      const launch = linearDispatch(quadCount(output.shape));
      return {
        shader,
        imports: { 'values-int8': input.dtype === 'int8' ? 'values-int8' : 'values-float' },
        constants: {
          ...launch.constants,
          X_QUADS: quadCount(input.shape),
          Y_QUADS: quadCount(output.shape),
          X_CHANNELS: rowLength(input.shape),
          Y_CHANNELS: rowLength(output.shape),
          LENGTH: length,
          INNER: inner,
          WANTS_SMALLEST: isBetter(0, 1) ? 1 : 0,
        },
        bindings: [{ input: 0 }, { output: 0 }],
        workgroups: launch.workgroups,
        cost: streamingCost(context, elementCount(input.shape)),
      };
    },
  };
  return defineOp<ArgExtremeAttributes>({
    name,
    inferShape(context): readonly Shape[] {
      const { shape } = operandType(name, context, 0);
      const axis = normalizeAxis(context.attributes.axis, shape.length, `${name} "${context.name}"`);
      return [shape.toSpliced(axis, 1, ...(context.attributes.keepDims ? [1] : []))];
    },
    reference(context, inputs) {
      const x = operand(name, context, inputs, 0);
      const y = emptyTensor(context.outputs[0]);
      if (y.dtype !== 'int32') {
        throw new UnsupportedOpError(`${name} "${context.name}": its output is ${y.dtype}. Indices are int32.`);
      }
      const { length, inner } = sizes(name, context);
      for (let i = 0; i < y.data.length; i++) {
        const start = Math.floor(i / inner) * length * inner + (i % inner);
        let best = 0;
        for (let k = 1; k < length; k++) {
          if (isBetter(x.data[start + k * inner], x.data[start + best * inner])) best = k;
        }
        y.data[i] = best;
      }
      return [y];
    },
    kernels: [kernel],
    reorder({ attributes: { axis: given, keepDims } }, order) {
      const axis = order[normalizeAxis(given, order.length, name)];
      return { attributes: { axis, keepDims }, order: keepDims ? order : orderWithout(order, new Set([axis])) };
    },
    partition: {
      unit: () => 1,
      part(context, range) {
        const rank = operandType(name, context, 0).shape.length;
        const removed = normalizeAxis(context.attributes.axis, rank, `${name} "${context.name}"`);
        if (context.attributes.keepDims && range.axis === removed) return undefined;
        const axis = !context.attributes.keepDims && range.axis >= removed ? range.axis + 1 : range.axis;
        return {
          attributes: { ...context.attributes, axis: removed },
          inputs: [{ input: 0, ranges: [{ ...range, axis }] }],
        };
      },
    },
  });
}

/** Of the axis, and of all axes behind it. */
function sizes(
  name: string,
  context: OpContext<ArgExtremeAttributes>,
): { readonly length: number; readonly inner: number } {
  const { shape } = operandType(name, context, 0);
  const axis = normalizeAxis(context.attributes.axis, shape.length, `${name} "${context.name}"`);
  return { length: shape[axis], inner: elementCount(shape.slice(axis + 1)) };
}
