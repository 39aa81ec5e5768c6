import { expect, test } from 'vitest';
import { logicalNot } from '../../src/ops/logical-not.ts';
import { float32, int8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const output = { dtype: 'int32' as const };
const shapes = [[], [1], [3, 5], [65, 4], [2, 3, 1, 2, 7]];

testOp(logicalNot, [
  ...shapes.map((shape) => ({
    name: `int32 [${shape.join(', ')}]`,
    attributes: {},
    inputs: [{ dtype: 'int32' as const, shape, range: [-1, 1] as const }],
    outputs: [output],
  })),
  {
    name: 'float32',
    attributes: {},
    inputs: [{ ...float32, shape: [2, 3], data: [0, 0.5, -0, -2, 1e-30, 0] }],
    outputs: [output],
  },
]);

test('only 0 is false', () => {
  const x = { dtype: 'int32' as const, shape: [4], data: Int32Array.of(0, 1, -1, 2 ** 31 - 1) };
  const context = { name: 'n', attributes: {}, inputs: [x], constants: [undefined], rounding: 'float' as const };
  const [y] = logicalNot.reference({ ...context, outputs: [{ ...output, shape: [4] }] }, [x]);
  expect([...y.data]).toEqual([1, 0, 0, 0]);
  const codes = { ...context, inputs: [{ ...int8(1), shape: [4] }], outputs: [{ ...output, shape: [4] }] };
  expect(() => logicalNot.reference(codes, [])).toThrow(/logical-not "n": int8 to int32/);
});
