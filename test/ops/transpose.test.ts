import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transpose } from '../../src/ops/transpose.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import type { TensorType } from '../../src/tensor/tensor.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const cases = [
  { shape: [5, 7], permutation: [1, 0] },
  { shape: [64, 65], permutation: [1, 0] },
  { shape: [2, 3, 4, 5], permutation: [0, 3, 1, 2] },
  { shape: [2, 5, 3, 4], permutation: [0, 2, 3, 1] },
  { shape: [2, 3, 5, 8], permutation: [0, 2, 1, 3] },
  { shape: [3, 2, 2, 3], permutation: [3, 2, 1, 0] },
  // Channel shuffle and space to depth.
  { shape: [1, 4, 4, 2, 6], permutation: [0, 1, 2, 4, 3] },
  { shape: [1, 3, 2, 3, 2, 4], permutation: [0, 1, 3, 2, 4, 5] },
  { shape: [2, 3, 2, 2, 2, 2, 3], permutation: [6, 5, 4, 3, 2, 1, 0] },
  { shape: [6], permutation: [0] },
  { shape: [4, 1, 6, 1], permutation: [0, 2, 3, 1] },
];

testOp(
  transpose,
  [float32, int8(0.05, 3), uint8(0.05, 131), { dtype: 'int32' as const }].flatMap((type) =>
    cases.map(({ shape, permutation }) => ({
      name: `${type.dtype} [${shape.join(', ')}] by [${permutation.join(', ')}]`,
      attributes: { permutation },
      inputs: [{ ...type, shape }],
      outputs: [type],
      roundings: ['float' as const],
    })),
  ),
);

test('a permutation and its inverse give the input back', () => {
  const order = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }).chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      permutation: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
    }),
  );
  fc.assert(
    fc.property(order, ({ shape, permutation }) => {
      const run = (data: Int32Array, from: readonly number[], axes: readonly number[]) => {
        const input = { dtype: 'int32' as const, shape: from };
        const node = { name: 't', attributes: { permutation: axes }, inputs: [input], constants: [undefined] };
        const [to] = transpose.inferShape(node);
        const [y] = transpose.reference({ ...node, outputs: [{ ...input, shape: to }], rounding: 'float' }, [
          { ...input, data },
        ]);
        return y;
      };
      const data = Int32Array.from({ length: elementCount(shape) }, (_, index) => index);
      const there = run(data, shape, permutation);
      const back = run(
        there.data as Int32Array,
        there.shape,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      );
      expect(back.shape).toEqual(shape);
      expect(back.data).toEqual(data);
    }),
  );
});

test('rows and columns, by hand', () => {
  const input = { ...float32, shape: [2, 3] };
  const node = { name: 't', attributes: { permutation: [1, 0] }, inputs: [input], constants: [undefined] };
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const [y] = transpose.reference({ ...node, outputs: [{ ...float32, shape: [3, 2] }], rounding: 'float' }, [
    { ...input, data },
  ]);
  expect([...y.data]).toEqual([1, 4, 2, 5, 3, 6]);
  expect(() => transpose.inferShape({ ...node, attributes: { permutation: [0, 0] } })).toThrow(/permutation \[0, 0\]/);
});

test('scales of blocks move with what they belong to', () => {
  const shape = [2, 3, 4];
  const scales = Array.from({ length: 16 }, (_, index) => index + 1);
  const zeroPoints = scales.map(() => 0);
  const input: TensorType = {
    dtype: 'int8',
    shape,
    quantization: { scales, zeroPoints, axis: 1, blockSize: 2 },
  };
  const permutation = [2, 0, 1];
  // Of [4, 2, 2 blocks], where before there were [2, 2 blocks, 4].
  const moved = scales.map((_, index) => scales[(index % 4) * 4 + Math.floor(index / 4)]);
  const node = { name: 't', attributes: { permutation }, inputs: [input], constants: [undefined] };
  const run = (entries: readonly number[]): unknown =>
    transpose.reference(
      {
        ...node,
        outputs: [{ ...input, shape: [4, 2, 3], quantization: { scales: entries, zeroPoints, axis: 2, blockSize: 2 } }],
        rounding: 'float',
      },
      [{ ...input, data: new Int8Array(24) }],
    );
  expect(() => run(moved)).not.toThrow();
  expect(() => run(scales)).toThrow('encoded differently');
});
