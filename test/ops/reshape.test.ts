import { expect, test } from 'vitest';
import { reshape, type ReshapeAttributes } from '../../src/ops/reshape.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const geometries: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[1], []],
  [
    [2, 3],
    [3, 2],
  ],
  [
    [2, 3, 5, 7],
    [2, -1],
  ],
  [
    [2, 105],
    [2, 3, 5, 7],
  ],
  [
    [1, 4, 4, 3],
    [1, 48],
  ],
  [
    [6, 4],
    [4, 6],
  ],
  [
    [2, 8],
    [4, 4],
  ],
  [
    [1, 1, 1, 13],
    [1, 13],
  ],
  [[65, 5], [325]],
];

testOp(
  reshape,
  [float32, int8(0.1, 3), uint8(0.1, 3)].flatMap((type) =>
    geometries.map(([from, to]): OpCase<ReshapeAttributes> => ({
      name: `${type.dtype} [${from.join(', ')}] to [${to.join(', ')}]`,
      attributes: { shape: to },
      inputs: [{ ...type, shape: from }],
      outputs: [type],
      roundings: ['float'],
    })),
  ),
);

const contextOf = (from: readonly number[], shape: readonly number[]) => ({
  name: 'r',
  attributes: { shape },
  inputs: [{ ...float32, shape: from }],
  constants: [],
});

test('shapes', () => {
  expect(reshape.inferShape(contextOf([2, 3, 4], [-1, 6]))).toEqual([[4, 6]]);
  expect(() => reshape.inferShape(contextOf([2, 3], [4, 2]))).toThrow(/6 elements/);
  expect(() => reshape.inferShape(contextOf([2, 3], [-1, -1]))).toThrow(/at most one/);
  expect(() => reshape.inferShape(contextOf([2, 3], [-1, 4]))).toThrow(/6 elements/);
});

test('is free where rows are padded alike', () => {
  const isAlias = (from: readonly number[], to: readonly number[]) =>
    reshape.isAlias!({ ...contextOf(from, to), outputs: [{ ...float32, shape: to }], rounding: 'float' });
  expect(isAlias([1, 1, 1, 13], [1, 13])).toBe(true);
  expect(isAlias([2, 8], [4, 4])).toBe(true);
  expect(isAlias([1, 3], [3, 1])).toBe(false);
});

test('a leading batch follows the input', () => {
  const before = {
    ...contextOf([1, 4, 4], [1, 16]),
    outputs: [{ ...float32, shape: [1, 16] }],
    rounding: 'float' as const,
  };
  expect(reshape.adaptAttributes!(before, [{ ...float32, shape: [8, 4, 4] }])).toEqual({ shape: [8, 16] });
});
