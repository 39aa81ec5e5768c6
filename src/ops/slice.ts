import { ShapeError } from '../errors.ts';
import { formatShape } from '../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { denseStrides, offsetAt } from './lib/axes.ts';
import { moving } from './lib/moving.ts';
import { operand, operandType, requireSameEncoding } from './lib/operands.ts';
import { bySourceAxis } from './lib/reorder.ts';
import { slicedType } from './lib/sliced-type.ts';
import type { Strided } from './lib/strided.ts';

export interface SliceAttributes {
  /** First index along each axis. */
  readonly begin: readonly number[];
  /** How many indices are taken along each axis: the output's shape. */
  readonly size: readonly number[];
  /** Distance between them; negative for indices that go down. */
  readonly strides: readonly number[];
}

type Node = Pick<OpContext<SliceAttributes>, 'name' | 'attributes' | 'inputs'>;

function elements(context: OpContext<SliceAttributes>): Strided {
  const { begin, size, strides } = context.attributes;
  requireSameEncoding('slice', context.name, encodedAs(context), context.outputs[0]);
  const dense = denseStrides(operandType('slice', context, 0).shape);
  return { offset: offsetOf(begin, dense), sizes: size, strides: dense.map((stride, axis) => stride * strides[axis]) };
}

/**
 * Some indices of each axis: y[o] = x[begin + o · stride].
 * Input of any shape and dtype; the output has the shape `size`. Along a quantized axis the scales and zero points of the
 * indices that are taken stay.
 * On the device int8, float32 and int32, and at most eight axes may remain after merging those taken whole into the one
 * before.
 * @see TFLite SLICE, STRIDED_SLICE, REVERSE_V2; ONNX Slice
 */
export const slice: OpDefinition<SliceAttributes> = defineOp({
  name: 'slice',
  quantization: { output: 'input' },
  inferShape(context) {
    const { shape } = operandType('slice', context, 0);
    const { begin, size, strides } = context.attributes;
    const isInside = (dimension: number, axis: number): boolean => {
      const last = begin[axis] + (size[axis] - 1) * strides[axis];
      const isWhole = [begin[axis], size[axis], strides[axis]].every(Number.isInteger);
      const isPlace = (index: number): boolean => index >= 0 && index < dimension;
      return isWhole && strides[axis] !== 0 && size[axis] >= 1 && isPlace(begin[axis]) && isPlace(last);
    };
    const fits = [begin, size, strides].every((list) => list.length === shape.length) && shape.every(isInside);
    if (!fits) {
      throw new ShapeError(
        `slice "${context.name}": begin ${formatShape(begin)}, size ${formatShape(size)}, strides ${formatShape(strides)} do not lie within input ${formatShape(shape)}. Give whole numbers for every axis: sizes from 1, strides other than 0, the first index and the last inside.`,
      );
    }
    return [size];
  },
  reference(context, inputs) {
    const x = operand('slice', context, inputs, 0);
    const [type] = context.outputs;
    requireSameEncoding('slice', context.name, encodedAs(context), type);
    const y = emptyTensor(type);
    const { begin, strides } = context.attributes;
    const dense = denseStrides(x.shape);
    const corner = offsetOf(begin, dense);
    const steps = dense.map((stride, axis) => stride * strides[axis]);
    for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[corner + offsetAt(i, y.shape, steps)];
    return [y];
  },
  ...moving('slice', elements),
  reorder: ({ attributes: { begin, size, strides } }, order) => ({
    attributes: {
      begin: bySourceAxis(begin, order),
      size: bySourceAxis(size, order),
      strides: bySourceAxis(strides, order),
    },
  }),
  partition: {
    unit: () => 1,
    // What is not taken along the other axes is not read either.
    part({ attributes: { begin, size, strides } }, range) {
      const taken = size.map((count, axis) => (axis === range.axis ? range : { axis, start: 0, end: count }));
      const read = taken.map(({ axis, start, end }) => {
        const ends = [start, end - 1].map((index) => begin[axis] + index * strides[axis]);
        return { axis, start: Math.min(...ends), end: Math.max(...ends) + 1, first: ends[0] };
      });
      return {
        attributes: {
          begin: read.map(({ first, start }) => first - start),
          size: taken.map(({ start, end }) => end - start),
          strides,
        },
        inputs: [{ input: 0, ranges: read }],
      };
    },
  },
  /** What took the whole first axis takes the whole of another batch. */
  adaptAttributes(before, inputs) {
    const { begin, size, strides } = before.attributes;
    const old = operandType('slice', before, 0).shape;
    const changed = operandType('slice', { name: before.name, inputs }, 0).shape;
    if (old.length === 0 || Math.abs(strides[0]) !== 1 || size[0] !== old[0]) return before.attributes;
    const first = strides[0] === 1 ? 0 : changed[0] - 1;
    return { begin: [first, ...begin.slice(1)], size: [changed[0], ...size.slice(1)], strides };
  },
});

/** The type that the output must have. */
function encodedAs(context: Node): TensorType {
  const { begin, size, strides } = context.attributes;
  return slicedType(operandType('slice', context, 0), begin, size, strides);
}

function offsetOf(index: readonly number[], strides: readonly number[]): number {
  return index.reduce((offset, value, axis) => offset + value * strides[axis], 0);
}
