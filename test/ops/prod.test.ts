import { expect, test } from 'vitest';
import { prod } from '../../src/ops/prod.ts';
import { float32, int8 } from '../support/codes.ts';
import { reductionCases } from '../support/reduction-cases.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32', range: [-(2 ** 31), 2 ** 31 - 1] } as const;

testOp(prod, [
  ...reductionCases('float', { ...float32, range: [0.9, 1.1] }, float32),
  ...reductionCases('int32', int32, int32),
]);

const node = { name: 'p', attributes: { axes: [0, 2], keepDims: false }, constants: [], rounding: 'float' as const };

// The example of the ONNX operator ReduceProd, over two axes.
test('by hand', () => {
  const x = { ...float32, shape: [3, 2, 2], data: Float32Array.from({ length: 12 }, (_, index) => index + 1) };
  const [y] = prod.reference({ ...node, inputs: [x], outputs: [{ ...float32, shape: [2] }] }, [x]);
  expect([...y.data]).toEqual([1 * 2 * 5 * 6 * 9 * 10, 3 * 4 * 7 * 8 * 11 * 12]);
});

test('int32 products keep their low bits', () => {
  const x = { ...int32, shape: [1, 1, 3], data: Int32Array.of(123456789, 987654321, 3) };
  const [y] = prod.reference({ ...node, inputs: [x], outputs: [{ dtype: 'int32', shape: [1] }] }, [x]);
  expect([...y.data]).toEqual([Number(BigInt.asIntN(32, 123456789n * 987654321n * 3n))]);
});

test('codes are refused', () => {
  const x = { ...int8(1), shape: [1, 2, 2], data: new Int8Array(4) };
  const context = { ...node, inputs: [x], outputs: [{ ...int8(1), shape: [2] }] };
  expect(() => prod.reference(context, [x])).toThrow(/prod "p": it is not done on 8-bit codes/);
});
