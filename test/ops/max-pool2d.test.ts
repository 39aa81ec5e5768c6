import { expect, test } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { maxPool2d, type MaxPool2dAttributes } from '../../src/ops/max-pool2d.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const none = { padding: [0, 0, 0, 0], activation: 'none' } as const;

const geometries: readonly (readonly [readonly number[], MaxPool2dAttributes])[] = [
  [[1, 1, 1, 1], { ...none, size: [1, 1], strides: [1, 1] }],
  [[2, 7, 5, 3], { ...none, size: [2, 2], strides: [2, 2] }],
  [[2, 7, 9, 5], { ...none, size: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1] }],
  [[1, 8, 8, 16], { ...none, size: [3, 2], strides: [1, 3], padding: [0, 1, 2, 0], activation: 'relu' }],
  [[1, 6, 6, 8], { ...none, size: [5, 5], strides: [1, 1], padding: [2, 2, 2, 2], activation: 'relu-n1-to-1' }],
  [[2, 4, 13, 20], { ...none, size: [4, 1], strides: [1, 1] }],
  // A window far beyond its image: the first covers one row and column, the second the others.
  [[1, 3, 4, 5], { ...none, size: [65536, 65536], strides: [65536, 65536], padding: [65535, 65535, 65535, 65535] }],
];

testOp(
  maxPool2d,
  [
    { label: 'float', input: float32, output: float32 },
    { label: 'int8', input: int8(0.1, -9), output: int8(0.1, -9) },
    { label: 'int8 to another scale', input: int8(0.1, -9), output: int8(0.17, 20) },
    { label: 'uint8', input: uint8(0.02, 140), output: uint8(0.02, 140) },
  ].flatMap(({ label, input, output }) =>
    geometries.map(([shape, attributes]): OpCase<MaxPool2dAttributes> => ({
      name: `${label} [${shape.join(', ')}] ${attributes.size.join('×')}`,
      attributes,
      inputs: [{ ...input, shape }],
      outputs: [output],
    })),
  ),
);

test('by hand', () => {
  const input = { ...int8(1), shape: [1, 2, 3, 1] };
  const context = {
    name: 'pool',
    attributes: { ...none, size: [2, 2], strides: [1, 2], padding: [1, 0, 0, 1] } satisfies MaxPool2dAttributes,
    inputs: [input],
    constants: [undefined],
    outputs: [{ ...int8(1), shape: [1, 2, 2, 1] }],
    rounding: 'float' as const,
  };
  expect(maxPool2d.inferShape(context)).toEqual([[1, 2, 2, 1]]);
  // The windows of the first row see only [−5, −3, −9], those of the second everything; none sees a zero of the padding.
  const [y] = maxPool2d.reference(context, [{ ...input, data: Int8Array.of(-5, -3, -9, -7, -8, -2) }]);
  expect([...y.data]).toEqual([-3, -9, -3, -2]);
});

test('windows that do not fit', () => {
  const infer = (shape: readonly number[], attributes: MaxPool2dAttributes) =>
    maxPool2d.inferShape({ name: 'p', attributes, inputs: [{ ...float32, shape }], constants: [] });
  const attributes: MaxPool2dAttributes = { ...none, size: [3, 3], strides: [1, 1] };
  expect(() => infer([1, 2, 2, 1], attributes)).toThrow(ShapeError);
  expect(() => infer([2, 2, 1], attributes)).toThrow(/rank 3/);
  expect(() => infer([1, 4, 4, 1], { ...attributes, padding: [3, 0, 0, 0] })).toThrow(/padding less than the size/);
  expect(() => infer([1, 4, 4, 1], { ...attributes, strides: [0, 1] })).toThrow(/from 1 to 65536/);
});
