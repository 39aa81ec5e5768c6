import { ShapeError } from '../../errors.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import type { OpContext, PartitionRule } from '../define-op.ts';
import { operandType } from './operands.ts';

export interface ResizeSize {
  /** Height and width of the result. */
  readonly size: readonly [number, number];
}

/** @throws ShapeError when the input is no batch of images, or the size not positive */
export function resizeShape<A extends ResizeSize>(
  op: string,
  context: Pick<OpContext<A>, 'name' | 'attributes' | 'inputs'>,
): Shape {
  const { shape } = operandType(op, context, 0);
  const { size } = context.attributes;
  if (shape.length !== 4 || !size.every((length) => Number.isInteger(length) && length >= 1)) {
    throw new ShapeError(
      `${op} "${context.name}": cannot resize ${formatShape(shape)} to ${formatShape(size)}. It needs an input [N, H, W, C] and a height and width of at least 1.`,
    );
  }
  return [shape[0], size[0], size[1], shape[3]];
}

/** Images of a batch are resized by themselves; where a row comes from depends on all of an image. */
export function resizePartition<A>(): PartitionRule<A> {
  return {
    unit: (_context, axis) => (axis === 0 || axis === 3 ? 1 : undefined),
    part: ({ attributes }, range) => ({ attributes, inputs: [{ input: 0, ranges: [range] }] }),
  };
}
