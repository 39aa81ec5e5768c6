import { expect, test } from 'vitest';
import { gather } from '../../src/ops/gather.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32' as const };
const cases = [
  { shape: [10, 6], indices: [4], axis: 0 },
  { shape: [10, 8], indices: [2, 3], axis: 0 },
  { shape: [2, 5, 3], indices: [7], axis: 1 },
  { shape: [2, 5, 7], indices: [3], axis: -1 },
  { shape: [9], indices: [], axis: 0 },
];

testOp(
  gather,
  [float32, int8(0.05, 3), uint8(0.05, 131), int32].flatMap((type) =>
    cases.flatMap(({ shape, indices, axis }) =>
      [false, true].map((constant) => ({
        name: `${type.dtype} [${shape.join(', ')}] by ${constant ? 'constant' : 'computed'} [${indices.join(', ')}] along ${axis}`,
        attributes: { axis },
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
