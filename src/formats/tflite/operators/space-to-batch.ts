import { FormatError, ShapeError } from '../../../errors.ts';
import { formatShape, type Shape } from '../../../tensor/shape.ts';
import type { OpUse } from '../../op-use.ts';
import { mergeDilated } from '../dilated-convolutions.ts';
import { chain, type OperatorFamily, reshapeTo, type Steps } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { readPairs } from '../pairs.ts';

type Pairs = ReturnType<typeof readPairs>;

/** SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: the pixels of a block are images of a batch, and the other way round. */
export const spaceToBatch: OperatorFamily = {
  types: ['BATCH_TO_SPACE_ND', 'SPACE_TO_BATCH_ND'],
  takesInt32: true,
  inputCount: [3, 3],
  parameters: [1, 2],
  merge: mergeDilated,
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    const where = `tflite: ${operator.where}`;
    const block = operator.integers(1);
    const sides = readPairs(operator, 2);
    if (block.length === 0 || sides.length !== block.length || block.some((size) => size < 1)) {
      throw new FormatError(
        `${where}: blocks of ${formatShape(block)} do not go with ${sides.length} pairs of paddings. There is at least one size, and each is at least 1.`,
      );
    }
    return ([x]) => {
      const { shape } = x!;
      if (shape.length <= block.length) {
        throw new ShapeError(`${where}: ${formatShape(shape)} has no ${block.length} axes after the batch.`);
      }
      return operator.type === 'SPACE_TO_BATCH_ND'
        ? toBatch(shape, block, sides, where)
        : toSpace(shape, block, sides, where);
    };
  },
};

/** [N, s, …] → [N, s / b, b, …] → [b, N, s / b, …] → [b · N, s / b, …] along every axis of the block. */
function toBatch(shape: Shape, block: readonly number[], sides: Pairs, where: string): Steps {
  const padding = shape.map((_, axis) => sides[axis - 1] ?? ([0, 0] as const));
  const [batch, ...padded] = shape.map((size, axis) => padding[axis][0] + size + padding[axis][1]);
  const count = block.length;
  const rows = block.map((size, axis) => padded[axis] / size);
  if (!rows.every(Number.isInteger)) {
    throw new ShapeError(`${where}: ${formatShape(padded.slice(0, count))} are not blocks of ${formatShape(block)}.`);
  }
  const inner = padded.slice(count);
  const within = block.map((_, axis) => 2 * axis + 2);
  const permutation = [
    ...within,
    0,
    ...within.map((axis) => axis - 1),
    ...inner.map((_, axis) => 2 * count + 1 + axis),
  ];
  return chain(
    { op: 'pad', attributes: { padding, value: 0 } },
    reshapeTo([batch, ...block.flatMap((size, axis) => [rows[axis], size]), ...inner]),
    { op: 'transpose', attributes: { permutation } },
    reshapeTo([block.reduce((product, size) => product * size, batch), ...rows, ...inner]),
  );
}

/** [b · N, s, …] → [b, N, s, …] → [N, s, b, …] → [N, s · b, …] along every axis of the block. */
function toSpace([batch, ...sizes]: Shape, block: readonly number[], sides: Pairs, where: string): Steps {
  const count = block.length;
  const images = batch / block.reduce((product, size) => product * size);
  if (!Number.isInteger(images)) {
    throw new ShapeError(`${where}: a batch of ${batch} is not one of blocks of ${formatShape(block)}.`);
  }
  const inner = sizes.slice(count);
  const permutation = [
    count,
    ...block.flatMap((_, axis) => [count + 1 + axis, axis]),
    ...inner.map((_, axis) => 2 * count + 1 + axis),
  ];
  const whole = [images, ...block.map((size, axis) => size * sizes[axis]), ...inner];
  const begin = whole.map((_, axis) => sides[axis - 1]?.[0] ?? 0);
  const size = whole.map((length, axis) => length - begin[axis] - (sides[axis - 1]?.[1] ?? 0));
  if (size.some((length) => length < 1)) {
    throw new ShapeError(`${where}: crops leave ${formatShape(size)} of ${formatShape(whole)}, which is nothing.`);
  }
  const crop: OpUse = { op: 'slice', attributes: { begin, size, strides: whole.map(() => 1) } };
  return chain(
    reshapeTo([...block, images, ...sizes]),
    { op: 'transpose', attributes: { permutation } },
    reshapeTo(whole),
    crop,
  );
}
