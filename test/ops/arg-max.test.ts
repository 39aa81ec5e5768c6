import { expect, test } from 'vitest';
import { argMax } from '../../src/ops/arg-max.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const cases = [
  { shape: [7], axis: 0 },
  { shape: [3, 1001], axis: -1 },
  { shape: [2, 5, 6], axis: 1 },
  { shape: [4, 3, 2, 9], axis: 0 },
  { shape: [1, 70, 17], axis: 1 },
];

testOp(
  argMax,
  [float32, int8(0.05, 3), uint8(0.05, 131)].flatMap((type) =>
    cases.flatMap(({ shape, axis }) =>
      [false, true].map((keepDims) => ({
        name: `${type.dtype} [${shape.join(', ')}] along ${axis}, ${keepDims ? 'kept' : 'removed'}`,
        attributes: { axis, keepDims },
        inputs: [{ ...type, shape }],
        outputs: [{ dtype: 'int32' as const }],
      })),
    ),
  ),
);

test('the first of equal elements', () => {
  const input = { ...float32, shape: [2, 3] };
  const context = { name: 'a', attributes: { axis: 1, keepDims: false }, inputs: [input], constants: [undefined] };
  const outputs = [{ dtype: 'int32' as const, shape: [2] }];
  const data = Float32Array.of(1, 3, 3, -1, -2, -2);
  const [y] = argMax.reference({ ...context, outputs, rounding: 'float' }, [{ ...input, data }]);
  expect([...y.data]).toEqual([1, 0]);
});
