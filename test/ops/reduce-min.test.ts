import { expect, test } from 'vitest';
import { reduceMin } from '../../src/ops/reduce-min.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { reductionCases, reductionGeometries } from '../support/reduction-cases.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32', range: [-(2 ** 31), 2 ** 31 - 1] } as const;

testOp(reduceMin, [
  ...reductionCases('float', { ...float32, range: [1, 3] }, float32),
  ...reductionCases('int32', int32, int32),
  ...reductionCases('int8', int8(0.1, -9), int8(0.1, -9), reductionGeometries.slice(0, 9)),
  ...reductionCases('int8 to another scale', int8(0.1, -9), int8(0.13, 20), reductionGeometries.slice(9)),
  ...reductionCases('uint8', uint8(0.02, 140), uint8(0.02, 140), reductionGeometries.slice(5)),
]);

// The example of the ONNX operator ReduceMin.
test('by hand', () => {
  const data = Float32Array.of(5, 1, 20, 2, 30, 1, 40, 2, 55, 1, 60, 2);
  const x = { ...float32, shape: [3, 2, 2], data };
  const context = { name: 'r', attributes: { axes: [1], keepDims: false }, constants: [], rounding: 'float' as const };
  const [y] = reduceMin.reference({ ...context, inputs: [x], outputs: [{ ...float32, shape: [3, 2] }] }, [x]);
  expect([...y.data]).toEqual([5, 1, 30, 1, 55, 1]);
});
