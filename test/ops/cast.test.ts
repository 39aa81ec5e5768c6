import { expect, test } from 'vitest';
import { cast } from '../../src/ops/cast.ts';
import { float32 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32' as const };
const shapes = [[1], [3, 5], [65, 4], [2, 3, 7]];

testOp(cast, [
  ...shapes.map((shape) => ({
    name: `float32 to int32 [${shape.join(', ')}]`,
    attributes: {},
    inputs: [{ ...float32, shape, range: [-1000, 1000] as const }],
    outputs: [int32],
  })),
  ...shapes.map((shape) => ({
    name: `int32 to float32 [${shape.join(', ')}]`,
    attributes: {},
    // Whole numbers that float32 holds.
    inputs: [{ ...int32, shape, range: [-(2 ** 24), 2 ** 24] as const }],
    outputs: [float32],
  })),
]);

test('fractions go towards zero', () => {
  const input = { ...float32, shape: [5] };
  const context = { name: 'c', attributes: {}, inputs: [input], constants: [undefined], rounding: 'float' as const };
  const data = Float32Array.of(-2.9, -0.5, 0.5, 2.9, 3e10);
  const [y] = cast.reference({ ...context, outputs: [{ ...int32, shape: [5] }] }, [{ ...input, data }]);
  expect([...y.data]).toEqual([-2, 0, 0, 2, 2 ** 31 - 1]);
});
