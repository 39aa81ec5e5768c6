import { ShapeError } from '../../errors.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import { reshapeTo, type Operand, type Step, type Steps } from './operator.ts';

/**
 * An input cut along an axis into consecutive pieces, one for each output.
 * @param sizes of the pieces along the axis
 * @param removesAxis where each piece is one index, and the axis is to disappear
 * @throws ShapeError when the pieces are not the whole
 */
export function pieces(
  where: string,
  from: Operand,
  shape: Shape,
  axis: number,
  sizes: readonly number[],
  removesAxis = false,
): Steps {
  if (sizes.some((size) => size < 1) || sizes.reduce((sum, size) => sum + size, 0) !== shape[axis]) {
    throw new ShapeError(
      `${where}: pieces of ${formatShape(sizes)} do not make up axis ${axis} of ${formatShape(shape)}.`,
    );
  }
  const steps: Step[] = [];
  let start = 0;
  const outputs = sizes.map((length) => {
    const begin = shape.map((_, other) => (other === axis ? start : 0));
    const size = shape.with(axis, length);
    steps.push({ op: 'slice', attributes: { begin, size, strides: shape.map(() => 1) }, operands: [from] });
    start += length;
    if (removesAxis) steps.push({ ...reshapeTo(size.toSpliced(axis, 1)), operands: [{ step: steps.length - 1 }] });
    return steps.length - 1;
  });
  return { steps, outputs };
}
