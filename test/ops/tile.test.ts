import { expect, test } from 'vitest';
import { tile, type TileAttributes } from '../../src/ops/tile.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32' as const };
const cases: readonly (readonly [shape: readonly number[], repeats: readonly number[]])[] = [
  [[], []],
  [[5], [3]],
  [[8], [9]],
  [[1], [70]],
  [
    [2, 3],
    [1, 1],
  ],
  [
    [3, 4],
    [2, 3],
  ],
  [
    [2, 5, 7, 1],
    [1, 1, 1, 6],
  ],
  [
    [2, 1, 1, 16],
    [1, 5, 3, 1],
  ],
  [
    [2, 3, 2, 3],
    [2, 2, 2, 2],
  ],
  [
    [2, 1, 3, 1, 5],
    [1, 2, 1, 4, 1],
  ],
];

testOp(
  tile,
  [float32, int8(0.05, 3), uint8(0.05, 131), int32].flatMap((type) =>
    cases.map(([shape, repeats]): OpCase<TileAttributes> => ({
      name: `${type.dtype} [${shape.join(', ')}] by ${repeats.join(', ')}`,
      attributes: { repeats },
      inputs: [{ ...type, shape }],
      outputs: [type],
      roundings: ['float'],
    })),
  ),
);

const contextOf = (shape: readonly number[], repeats: readonly number[]) => ({
  name: 't',
  attributes: { repeats },
  inputs: [{ ...float32, shape }],
  constants: [],
  rounding: 'float' as const,
});

// The examples of the ONNX and TensorFlow documentation.
test.each([
  { shape: [2, 2], data: [0, 1, 2, 3], repeats: [2, 2], tiled: [0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3] },
  { shape: [2, 3], data: [1, 2, 3, 4, 5, 6], repeats: [1, 2], tiled: [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6] },
])('by hand: $data by $repeats', ({ shape, data, repeats, tiled }) => {
  const context = contextOf(shape, repeats);
  const [size] = tile.inferShape(context);
  expect(size).toEqual(shape.map((length, axis) => length * repeats[axis]));
  const [y] = tile.reference({ ...context, outputs: [{ ...float32, shape: size }] }, [
    { ...float32, shape, data: Float32Array.from(data) },
  ]);
  expect([...y.data]).toEqual(tiled);
});

test.each([[[2]], [[1, 0]], [[1, 1.5]], [[1, -2]], [[1, 1, 1]]])('repeats %j do not fit two axes', (repeats) => {
  expect(() => tile.inferShape(contextOf([2, 3], repeats))).toThrow(/tile "t": repeats .* do not fit input \[2, 3\]/);
});
