import { expect, test } from 'vitest';
import { gatherNd } from '../../src/ops/gather-nd.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32' as const };
const cases = [
  { shape: [10, 6], indices: [4, 1] },
  { shape: [5, 8], indices: [7, 2] },
  { shape: [2, 5, 3], indices: [2, 3, 2] },
  { shape: [3, 4, 5, 2], indices: [6, 4] },
  { shape: [1, 6, 6, 34], indices: [1, 1, 17, 4] },
  { shape: [3, 2, 5, 7, 2], indices: [3, 3] },
];

testOp(
  gatherNd,
  [float32, int8(0.05, 3), uint8(0.05, 131), int32].flatMap((type) =>
    cases.map(({ shape, indices }) => ({
      name: `${type.dtype} [${shape.join(', ')}] by [${indices.join(', ')}]`,
      attributes: {},
      // Beyond both ends, too.
      inputs: [
        { ...type, shape },
        { ...int32, shape: indices, range: [-1, 7] as const },
      ],
      outputs: [type],
      roundings: ['float' as const],
    })),
  ),
);

test('by hand', () => {
  const input = { ...float32, shape: [2, 3] };
  const indices = { ...int32, shape: [2, 2] };
  const context = { name: 'g', attributes: {}, inputs: [input, indices], constants: [], rounding: 'float' as const };
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const [y] = gatherNd.reference({ ...context, outputs: [{ ...float32, shape: [2] }] }, [
    { ...input, data },
    { ...indices, data: Int32Array.of(0, 2, 1, 0) },
  ]);
  expect([...y.data]).toEqual([3, 4]);
  const deep = { ...context, inputs: [input, { ...int32, shape: [2, 3] }] };
  expect(() => gatherNd.inferShape(deep)).toThrow(/name 3 axes of \[2, 3\]/);
});
