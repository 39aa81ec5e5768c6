import { describe, expect, test } from 'vitest';
import { slicedType } from '../../../src/ops/lib/sliced-type.ts';
import { entryOf, type Quantization } from '../../../src/tensor/quantization.ts';
import { elementCount } from '../../../src/tensor/shape.ts';
import type { TensorType } from '../../../src/tensor/tensor.ts';

function typed(shape: readonly number[], axis: number, blockSize?: number): TensorType {
  const size = blockSize === undefined ? 1 : elementCount(shape) / shape[axis];
  const count = size * Math.ceil(shape[axis] / (blockSize ?? 1));
  const scales = Array.from({ length: count }, (_, index) => index + 1);
  const quantization: Quantization = {
    scales,
    zeroPoints: scales.map((scale) => scale % 50),
    axis,
    ...(blockSize !== undefined && { blockSize }),
  };
  return { dtype: 'int8', shape, quantization };
}

/** The scale of every element that is left has to be the one it had. */
function scalesOf({ shape, quantization }: TensorType): number[] {
  const indexOf = entryOf(quantization!, shape);
  return Array.from({ length: elementCount(shape) }, (_, element) => quantization!.scales[indexOf(element)]);
}

function sliced(
  values: readonly number[],
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
) {
  return values.filter((_, element) => {
    let rest = element;
    return shape.every((_length, axis) => {
      const inner = elementCount(shape.slice(axis + 1));
      const index = Math.floor(rest / inner);
      rest %= inner;
      return index >= begin[axis] && index < begin[axis] + size[axis];
    });
  });
}

describe('a slice keeps the scales of what it keeps', () => {
  test.each([
    [typed([4, 6, 5], 1), [1, 2, 0], [2, 3, 5]],
    [typed([4, 6, 5], 1, 2), [1, 2, 3], [2, 4, 2]],
    [typed([4, 7, 5], 1, 2), [0, 4, 1], [4, 3, 3]],
    [typed([4, 6], 0, 4), [0, 1], [4, 3]],
    [typed([3, 8], 1, 4), [2, 4], [1, 4]],
  ])('%o from %o, %o', (type, begin, size) => {
    expect(scalesOf(slicedType(type, begin, size))).toEqual(sliced(scalesOf(type), type.shape, begin, size));
  });

  test('strides along other axes than that of the blocks', () => {
    const type = typed([4, 6, 5], 1, 3);
    const all = scalesOf(type);
    const left = scalesOf(slicedType(type, [1, 3, 0], [2, 3, 3], [2, 1, 2]));
    const expected = [1, 3].flatMap((n) =>
      [3, 4, 5].flatMap((row) => [0, 2, 4].map((c) => all[(n * 6 + row) * 5 + c])),
    );
    expect(left).toEqual(expected);
  });

  test('blocks are not cut', () => {
    expect(() => slicedType(typed([4, 6], 1, 3), [0, 1], [4, 3])).toThrow(
      'cuts the blocks of 3 indices of axis 1 that share a scale',
    );
    expect(() => slicedType(typed([4, 6], 1, 3), [0, 0], [4, 3], [1, 2])).toThrow('take whole blocks');
  });
});
