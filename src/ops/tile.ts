import { ShapeError } from '../errors.ts';
import { formatShape } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { denseStrides } from './lib/axes.ts';
import { moving } from './lib/moving.ts';
import { operand, operandType, requireSameEncoding } from './lib/operands.ts';
import { bySourceAxis } from './lib/reorder.ts';
import type { Strided } from './lib/strided.ts';

export interface TileAttributes {
  /** How many times each axis follows itself, at least 1. */
  readonly repeats: readonly number[];
}

function elements(context: OpContext<TileAttributes>): Strided {
  const input = operandType('tile', context, 0);
  requireSameEncoding('tile', context.name, input, context.outputs[0]);
  const strides = denseStrides(input.shape);
  const { repeats } = context.attributes;
  return {
    offset: 0,
    sizes: input.shape.flatMap((size, axis) => [repeats[axis], size]),
    strides: strides.flatMap((stride) => [0, stride]),
  };
}

/**
 * A tensor several times along each axis: y[o] = x[o mod size].
 * Input of any shape and dtype, with one scale; each axis of the output is size · repeats long.
 * On the device int8, float32 and int32, and at most eight axes may remain, those that are repeated counting twice.
 * @see TFLite TILE, BROADCAST_TO; ONNX Tile, Expand
 */
export const tile: OpDefinition<TileAttributes> = defineOp({
  name: 'tile',
  quantization: { output: 'input' },
  inferShape(context) {
    const { shape } = operandType('tile', context, 0);
    const { repeats } = context.attributes;
    if (repeats.length !== shape.length || !repeats.every((count) => Number.isInteger(count) && count >= 1)) {
      throw new ShapeError(
        `tile "${context.name}": repeats ${formatShape(repeats)} do not fit input ${formatShape(shape)}. Give a whole number from 1 for every axis.`,
      );
    }
    return [shape.map((size, axis) => size * repeats[axis])];
  },
  reference(context, inputs) {
    const x = operand('tile', context, inputs, 0);
    const [type] = context.outputs;
    requireSameEncoding('tile', context.name, operandType('tile', context, 0), type);
    const y = emptyTensor(type);
    const strides = denseStrides(x.shape);
    for (let i = 0; i < y.data.length; i++) {
      let source = 0;
      for (let axis = x.shape.length - 1, rest = i; axis >= 0; axis--) {
        source += (rest % x.shape[axis]) * strides[axis];
        rest = Math.floor(rest / y.shape[axis]);
      }
      y.data[i] = x.data[source];
    }
    return [y];
  },
  ...moving('tile', elements),
  reorder: ({ attributes: { repeats } }, order) => ({ attributes: { repeats: bySourceAxis(repeats, order) } }),
  partition: {
    /** Between two of the times; along an axis that is there once, anywhere. */
    unit: (context, axis) => (context.attributes.repeats[axis] === 1 ? 1 : operandType('tile', context, 0).shape[axis]),
    part({ attributes: { repeats }, inputs }, { axis, start, end }) {
      if (repeats[axis] === 1)
        return { attributes: { repeats }, inputs: [{ input: 0, ranges: [{ axis, start, end }] }] };
      const size = inputs[0]!.shape[axis];
      const own = repeats.map((count, other) => (other === axis ? (end - start) / size : count));
      return { attributes: { repeats: own }, inputs: [{ input: 0 }] };
    },
  },
});
