import { ShapeError } from '../errors.ts';
import { elementCount, formatShape, type Shape } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { moving } from './lib/moving.ts';
import { operand, operandType, requireSameEncoding } from './lib/operands.ts';
import type { Strided } from './lib/strided.ts';

export interface RearrangeAttributes extends Strided {
  /** Of the output: as many elements as the sizes have coordinates. */
  readonly shape: Shape;
}

function elements(context: OpContext<RearrangeAttributes>): Strided {
  requireSameEncoding('rearrange', context.name, operandType('rearrange', context, 0), context.outputs[0]);
  return context.attributes;
}

/**
 * Elements of a tensor in another order, some of them, or some several times: y's elements, in row-major order, are those
 * with the row-major numbers offset + Σ coordinate · stride, for all coordinates within the sizes. What several slices,
 * transposes, reshapes and tiles in a row are together.
 * Input of any shape and dtype, with one scale.
 * On the device int8, float32 and int32, and at most eight axes.
 * @see torch.as_strided
 */
export const rearrange: OpDefinition<RearrangeAttributes> = defineOp({
  name: 'rearrange',
  quantization: { output: 'input' },
  inferShape(context) {
    const { shape: input } = operandType('rearrange', context, 0);
    const { shape, offset, sizes, strides } = context.attributes;
    const ends = sizes.map((size, axis) => (size - 1) * strides[axis]);
    const lowest = ends.reduce((sum, end) => sum + Math.min(end, 0), offset);
    const highest = ends.reduce((sum, end) => sum + Math.max(end, 0), offset);
    const isWhole = [offset, ...strides].every(Number.isInteger) && strides.length === sizes.length;
    const hasSizes = [...shape, ...sizes].every((size) => Number.isInteger(size) && size >= 1);
    const fits = elementCount(shape) === elementCount(sizes) && lowest >= 0 && highest < elementCount(input);
    if (!isWhole || !hasSizes || !fits) {
      throw new ShapeError(
        `rearrange "${context.name}": ${formatShape(shape)} from element ${offset} on, sizes ${formatShape(sizes)}, strides ${formatShape(strides)}, does not lie within input ${formatShape(input)}. Give as many coordinates as the shape has elements, all inside.`,
      );
    }
    return [shape];
  },
  reference(context, inputs) {
    const x = operand('rearrange', context, inputs, 0);
    const { offset, sizes, strides } = elements(context);
    const y = emptyTensor(context.outputs[0]);
    let place = 0;
    const visit = (axis: number, source: number): void => {
      if (axis === sizes.length) y.data[place++] = x.data[source];
      else for (let at = 0; at < sizes[axis]; at++) visit(axis + 1, source + at * strides[axis]);
    };
    visit(0, offset);
    return [y];
  },
  ...moving('rearrange', elements),
});
