import { expect, test } from 'vitest';
import { gather } from '../../src/ops/gather.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32' as const };
interface Case {
  readonly shape: readonly number[];
  readonly indices: readonly number[];
  readonly axis: number;
  readonly batchDims?: number;
}

const cases: readonly Case[] = [
  { shape: [10, 6], indices: [4], axis: 0 },
  { shape: [10, 8], indices: [2, 3], axis: 0 },
  { shape: [2, 5, 3], indices: [7], axis: 1 },
  { shape: [2, 5, 7], indices: [3], axis: -1 },
  { shape: [9], indices: [], axis: 0 },
  // Indices for each of a batch.
  { shape: [3, 5, 4], indices: [3, 2], axis: 1, batchDims: 1 },
  { shape: [2, 3, 5, 7], indices: [2, 6], axis: -1, batchDims: 1 },
  { shape: [2, 3, 5, 3], indices: [2, 3, 2, 2], axis: 2, batchDims: 2 },
  { shape: [4, 9], indices: [4], axis: 1, batchDims: 1 },
];

testOp(
  gather,
  [float32, int8(0.05, 3), uint8(0.05, 131), int32].flatMap((type) =>
    cases.flatMap(({ shape, indices, axis, batchDims = 0 }) =>
      [false, true].map((constant) => ({
        name: `${type.dtype} [${shape.join(', ')}] by ${constant ? 'constant' : 'computed'} [${indices.join(', ')}] along ${axis}, ${batchDims} shared`,
        attributes: { axis, batchDims },
        // Beyond both ends, too.
        inputs: [
          { ...type, shape },
          { ...int32, shape: indices, range: [-7, 12] as const, constant },
        ],
        outputs: [type],
        roundings: ['float' as const],
      })),
    ),
  ),
);

test('by hand', () => {
  const input = { ...float32, shape: [2, 3] };
  const indices = { ...int32, shape: [2] };
  const context = {
    name: 'g',
    attributes: { axis: 1 },
    inputs: [input, indices],
    constants: [],
    rounding: 'float' as const,
  };
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const [y] = gather.reference({ ...context, outputs: [{ ...float32, shape: [2, 2] }] }, [
    { ...input, data },
    { ...indices, data: Int32Array.of(2, -3) },
  ]);
  expect([...y.data]).toEqual([3, 1, 6, 4]);
});

test('indices for each of a batch, by hand', () => {
  const [input, indices] = [
    { ...float32, shape: [2, 3] },
    { ...int32, shape: [2, 2] },
  ];
  const context = {
    name: 'g',
    attributes: { axis: 1, batchDims: 1 },
    inputs: [input, indices],
    constants: [],
    rounding: 'float' as const,
  };
  expect(gather.inferShape(context)).toEqual([[2, 2]]);
  const [y] = gather.reference({ ...context, outputs: [{ ...float32, shape: [2, 2] }] }, [
    { ...input, data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { ...indices, data: Int32Array.of(2, 0, 1, 1) },
  ]);
  expect([...y.data]).toEqual([3, 1, 5, 5]);
  const infer = (axis: number, batchDims: number) => () =>
    gather.inferShape({ ...context, attributes: { axis, batchDims } });
  expect(infer(0, 1)).toThrow('gather "g": [2, 3] and indices [2, 2] do not share 1 leading axes before axis 0.');
  expect(infer(1, 2)).toThrow(/do not share/);
  expect(infer(1, -1)).toThrow(/do not share/);
});
