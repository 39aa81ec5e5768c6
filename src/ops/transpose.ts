import { ShapeError } from '../errors.ts';
import type { Quantization } from '../tensor/quantization.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { denseStrides, offsetAt } from './lib/axes.ts';
import { moving } from './lib/moving.ts';
import { operand, operandType, requireSameEncoding } from './lib/operands.ts';
import type { Strided } from './lib/strided.ts';

export interface TransposeAttributes {
  /** For each axis of the output, the axis of the input that it is. */
  readonly permutation: readonly number[];
}

type Node = Pick<OpContext<TransposeAttributes>, 'name' | 'attributes' | 'inputs'>;

function elements(context: OpContext<TransposeAttributes>): Strided {
  const [output] = context.outputs;
  requireSameEncoding('transpose', context.name, encodedAs(context), output);
  const strides = sourceStrides(context, operandType('transpose', context, 0).shape);
  return { offset: 0, sizes: output.shape, strides };
}

/**
 * The same elements with the axes in another order: y's axis a is x's axis permutation[a].
 * Input of any shape and dtype. A quantization along an axis moves with it.
 * On the device int8, float32 and int32, and at most eight axes may remain after merging those that stay neighbours.
 * @see TFLite TRANSPOSE, ONNX Transpose
 */
export const transpose: OpDefinition<TransposeAttributes> = defineOp({
  name: 'transpose',
  quantization: { output: 'input' },
  inferShape(context) {
    const { shape } = operandType('transpose', context, 0);
    const { permutation } = context.attributes;
    if (permutation.length !== shape.length || shape.some((_, axis) => !permutation.includes(axis))) {
      throw new ShapeError(
        `transpose "${context.name}": permutation ${formatShape(permutation)} does not fit input ${formatShape(shape)}. Name each of its ${shape.length} axes once.`,
      );
    }
    return [permutation.map((axis) => shape[axis])];
  },
  reference(context, inputs) {
    const x = operand('transpose', context, inputs, 0);
    const [type] = context.outputs;
    requireSameEncoding('transpose', context.name, encodedAs(context), type);
    const y = emptyTensor(type);
    const strides = sourceStrides(context, x.shape);
    for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[offsetAt(i, y.shape, strides)];
    return [y];
  },
  ...moving('transpose', elements),
  permutation: ({ permutation }) => permutation,
  partition: {
    unit: () => 1,
    part: ({ attributes }, range) => ({
      attributes,
      inputs: [{ input: 0, ranges: [{ ...range, axis: attributes.permutation[range.axis] }] }],
    }),
  },
});

/** How far apart in the input the neighbours along each axis of the output are. */
function sourceStrides({ attributes: { permutation } }: Node, shape: Shape): readonly number[] {
  const strides = denseStrides(shape);
  return permutation.map((axis) => strides[axis]);
}

/** The type that the output must have. */
function encodedAs(context: Node): TensorType {
  const type = operandType('transpose', context, 0);
  const { quantization } = type;
  if (quantization?.axis === undefined) return type;
  const { permutation } = context.attributes;
  const axis = permutation.indexOf(quantization.axis);
  const { blockSize, scales, zeroPoints } = quantization;
  if (blockSize === undefined || scales.length === 1) return { ...type, quantization: { ...quantization, axis } };
  // The entries of blocks lie in the order of the axes.
  const blocks = type.shape.with(quantization.axis, Math.ceil(type.shape[quantization.axis] / blockSize));
  const strides = sourceStrides(context, blocks);
  const sizes = permutation.map((source) => blocks[source]);
  const move = (entries: readonly number[]): readonly number[] =>
    entries.map((_, index) => entries[offsetAt(index, sizes, strides)]);
  const moved: Quantization = { scales: move(scales), zeroPoints: move(zeroPoints), axis, blockSize };
  return { ...type, quantization: moved };
}
