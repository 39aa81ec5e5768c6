import shader from '../../shaders/slice.wgsl';
import { ShapeError } from '../errors.ts';
import { formatShape, quadCount, quadsPerRow, rowLength, type Shape } from '../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { denseStrides, kernelAxes, type KernelAxes, numbered, offsetAt } from './lib/axes.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { everyDType, operand, operandType, quadsImport, requireSameEncoding, streamingCost } from './lib/operands.ts';
import { slicedType } from './lib/sliced-type.ts';

export interface SliceAttributes {
  /** First index along each axis. */
  readonly begin: readonly number[];
  /** How many indices are taken along each axis: the output's shape. */
  readonly size: readonly number[];
  /** Distance between them, at least 1. */
  readonly strides: readonly number[];
}

type Node = Pick<OpContext<SliceAttributes>, 'name' | 'attributes' | 'inputs'>;

const kernel: Kernel<SliceAttributes> = {
  name: 'slice',
  accepts: (context) =>
    (['int8', 'float32', 'int32'] as const).some((dtype) => everyDType(context, dtype)) &&
    leadingAxes(context) !== undefined,
  dispatch(context) {
    const input = operandType('slice', context, 0);
    const output = context.outputs[0];
    requireSameEncoding('slice', context.name, encodedAs(context), output);
    const { begin, strides } = context.attributes;
    const axes = leadingAxes(context) as KernelAxes;
    const launch = linearDispatch(quadCount(output.shape));
    return {
      shader,
      imports: quadsImport(output),
      constants: {
        ...launch.constants,
        X_QUADS: quadCount(input.shape),
        Y_QUADS: quadCount(output.shape),
        X_ROW_QUADS: quadsPerRow(input.shape),
        Y_ROW_QUADS: quadsPerRow(output.shape),
        Y_CHANNELS: rowLength(output.shape),
        CHANNEL_BEGIN: begin.at(-1) ?? 0,
        CHANNEL_STRIDE: strides.at(-1) ?? 1,
        ...numbered('SIZE', axes.sizes),
        ...numbered('STRIDE', axes.strides[0]),
        FIRST_ROW: offsetOf(begin.slice(0, -1), denseStrides(input.shape.slice(0, -1))),
      },
      bindings: [{ input: 0 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: { operations: 0, bytes: 2 * streamingCost({ ...context, inputs: [] }, 0).bytes },
    };
  },
};

/**
 * Some indices of each axis: y[o] = x[begin + o · stride].
 * Input of any shape and dtype; the output has the shape `size`. Along a quantized axis the scales and zero points of the
 * indices that are taken stay.
 * On the device int8, float32 and int32, and at most four leading axes may remain after merging those taken whole into
 * the one before.
 * @see TFLite STRIDED_SLICE, ONNX Slice
 */
export const slice: OpDefinition<SliceAttributes> = defineOp({
  name: 'slice',
  quantization: { output: 'input' },
  inferShape(context) {
    const { shape } = operandType('slice', context, 0);
    const { begin, size, strides } = context.attributes;
    const isInside = (dimension: number, axis: number): boolean =>
      [begin[axis], size[axis], strides[axis]].every(Number.isInteger) &&
      begin[axis] >= 0 &&
      size[axis] >= 1 &&
      strides[axis] >= 1 &&
      begin[axis] + (size[axis] - 1) * strides[axis] < dimension;
    const fits = [begin, size, strides].every((list) => list.length === shape.length) && shape.every(isInside);
    if (!fits) {
      throw new ShapeError(
        `slice "${context.name}": begin ${formatShape(begin)}, size ${formatShape(size)}, strides ${formatShape(strides)} do not lie within input ${formatShape(shape)}. Give whole numbers for every axis: begin from 0, sizes and strides from 1, the last index inside.`,
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
  kernels: [kernel],
  partition: {
    unit: () => 1,
    // What is not taken along the other axes is not read either.
    part({ attributes: { begin, size, strides } }, range) {
      const taken = size.map((count, axis) => (axis === range.axis ? range : { axis, start: 0, end: count }));
      const at = (axis: number, index: number): number => begin[axis] + index * strides[axis];
      const read = taken.map(({ axis, start, end }) => ({ axis, start: at(axis, start), end: at(axis, end - 1) + 1 }));
      return {
        attributes: { begin: begin.map(() => 0), size: taken.map(({ start, end }) => end - start), strides },
        inputs: [{ input: 0, ranges: read }],
      };
    },
  },
  /** Neighbours along the outermost axis of which some are taken, with all that lies in each: one range of bytes. */
  inputOffsets(context) {
    const { shape } = operandType('slice', context, 0);
    const { begin, size, strides } = context.attributes;
    requireSameEncoding('slice', context.name, encodedAs(context), context.outputs[0]);
    const last = shape.length - 1;
    const axis = size.findIndex((count) => count > 1);
    const inner = axis < 0 ? last + 1 : axis + 1;
    const isRange = size.every((count, other) => other < inner || count === shape[other]);
    // Along the last axis a row's quads are the neighbours; of a single index of every axis one quad is taken.
    const isAtQuad = last < 0 || begin[last] % 4 === 0;
    if (!isRange || !isAtQuad || (axis >= 0 && strides[axis] !== 1)) return undefined;
    const rows = offsetOf(begin.slice(0, -1), denseStrides(shape.slice(0, -1)));
    return [-(rows * quadsPerRow(shape) + Math.floor((begin[last] ?? 0) / 4))];
  },
  /** What took the whole first axis takes the whole of another batch. */
  adaptAttributes(before, inputs) {
    const { begin, size, strides } = before.attributes;
    const old = operandType('slice', before, 0).shape;
    const changed = operandType('slice', { name: before.name, inputs }, 0).shape;
    if (old.length === 0 || begin[0] !== 0 || strides[0] !== 1 || size[0] !== old[0]) return before.attributes;
    return { begin, size: [changed[0], ...size.slice(1)], strides };
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

/** The output's axes but the last, each with the rows of the input that a step along it is. */
function leadingAxes(context: Node): KernelAxes | undefined {
  const rows: Shape = operandType('slice', context, 0).shape.slice(0, -1);
  const steps = denseStrides(rows).map((stride, axis) => stride * context.attributes.strides[axis]);
  return kernelAxes(context.attributes.size.slice(0, -1), [steps]);
}
