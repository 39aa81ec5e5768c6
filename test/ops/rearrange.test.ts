import { expect, test } from 'vitest';
import { rearrange, type RearrangeAttributes } from '../../src/ops/rearrange.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32' as const };
type Case = readonly [name: string, from: readonly number[], attributes: RearrangeAttributes];

const cases: readonly Case[] = [
  ['an element', [3, 5], { shape: [], offset: 7, sizes: [], strides: [] }],
  ['channels in turn from two groups', [3, 6], { shape: [3, 6], offset: 0, sizes: [3, 3, 2], strides: [6, 1, 3] }],
  ['quads in turn', [2, 16], { shape: [2, 16], offset: 0, sizes: [2, 2, 2, 4], strides: [16, 4, 8, 1] }],
  ['quads from between', [5, 16], { shape: [4, 8], offset: 20, sizes: [4, 8], strides: [16, 1] }],
  ['rows of other lengths', [3, 16], { shape: [4, 12], offset: 0, sizes: [48], strides: [1] }],
  ['rows, from an odd channel on', [4, 7], { shape: [3, 5], offset: 8, sizes: [3, 5], strides: [7, 1] }],
  ['rows backwards', [4, 6], { shape: [4, 6], offset: 18, sizes: [4, 6], strides: [-6, 1] }],
  ['channels backwards', [4, 6], { shape: [4, 6], offset: 5, sizes: [4, 6], strides: [6, -1] }],
  ['a column as a row', [9, 5], { shape: [1, 9], offset: 2, sizes: [9], strides: [5] }],
  ['an element many times', [70], { shape: [2, 40], offset: 69, sizes: [80], strides: [0] }],
  [
    'seven axes, each in its turn',
    [128],
    { shape: [64, 2], offset: 0, sizes: [2, 2, 2, 2, 2, 2, 2], strides: [1, 2, 4, 8, 16, 32, 64] },
  ],
  [
    'eight axes of rows',
    [128, 4],
    { shape: [2, 128, 4], offset: 0, sizes: [2, 2, 2, 2, 2, 2, 2, 2, 4], strides: [0, 4, 8, 16, 32, 64, 128, 256, 1] },
  ],
];

testOp(
  rearrange,
  [float32, int8(0.05, 3), uint8(0.05, 131), int32].flatMap((type) =>
    cases.map(([name, shape, attributes]): OpCase<RearrangeAttributes> => ({
      name: `${type.dtype}: ${name}`,
      attributes,
      inputs: [{ ...type, shape }],
      outputs: [type],
      roundings: ['float'],
    })),
  ),
);

const contextOf = (attributes: RearrangeAttributes) => ({
  name: 'r',
  attributes,
  inputs: [{ ...float32, shape: [2, 6] }],
  constants: [],
  rounding: 'float' as const,
});

// torch.as_strided(torch.arange(12.), (2, 2), (1, 2)) and the like, by hand.
test('by hand', () => {
  const attributes = { shape: [2, 2], offset: 1, sizes: [2, 2], strides: [1, 2] };
  const context = contextOf(attributes);
  expect(rearrange.inferShape(context)).toEqual([[2, 2]]);
  const data = Float32Array.from({ length: 12 }, (_, index) => index);
  const [y] = rearrange.reference({ ...context, outputs: [{ ...float32, shape: [2, 2] }] }, [
    { ...float32, shape: [2, 6], data },
  ]);
  expect([...y.data]).toEqual([1, 3, 2, 4]);
});

test.each<[string, Partial<RearrangeAttributes>]>([
  ['past the end', { offset: 9 }],
  ['before the beginning', { strides: [-2, 1] }],
  ['more coordinates than elements', { sizes: [2, 3] }],
  ['a size of 0', { shape: [2, 0], sizes: [2, 0] }],
  ['half an element', { offset: 0.5 }],
  ['half a step', { strides: [0.5, 1] }],
  ['too few strides', { strides: [1] }],
])('%s', (_name, changed) => {
  const attributes = { shape: [2, 2], offset: 0, sizes: [2, 2], strides: [2, 1], ...changed };
  expect(() => rearrange.inferShape(contextOf(attributes))).toThrow(
    /rearrange "r": .* does not lie within input \[2, 6\]/,
  );
});
