import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sum } from '../../src/ops/sum.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { reductionCases, reductionGeometries } from '../support/reduction-cases.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32', range: [-(2 ** 31), 2 ** 31 - 1] } as const;

testOp(sum, [
  ...reductionCases('float', float32, float32),
  ...reductionCases('int32', int32, int32),
  ...reductionCases('int8', int8(0.1, -9), int8(2.1, 20), reductionGeometries.slice(0, 9)),
  ...reductionCases('int8 to a finer scale', int8(0.1, -9), int8(0.07, -20), reductionGeometries.slice(9)),
  ...reductionCases('uint8', uint8(0.02, 140), uint8(0.3, 100), reductionGeometries.slice(5)),
]);

describe('sum reference', () => {
  const node = { name: 's', constants: [undefined], rounding: 'float' as const };

  // The example of the ONNX operator ReduceSum.
  test('by hand', () => {
    const x = { ...float32, shape: [3, 2, 2], data: Float32Array.from({ length: 12 }, (_, index) => index + 1) };
    const context = { ...node, attributes: { axes: [1], keepDims: false }, inputs: [x] };
    expect(sum.inferShape(context)).toEqual([[3, 2]]);
    const [y] = sum.reference({ ...context, outputs: [{ ...float32, shape: [3, 2] }] }, [x]);
    expect([...y.data]).toEqual([4, 6, 12, 14, 20, 22]);
  });

  test('codes', () => {
    const x = { ...int8(0.5, 1), shape: [2, 3], data: Int8Array.of(1, 4, 7, -4, -4, -4) };
    const context = { ...node, attributes: { axes: [-1], keepDims: true }, inputs: [x] };
    // Real sums 4.5 and −7.5, over scale 2: 2.25 and −3.75.
    const [y] = sum.reference({ ...context, outputs: [{ ...int8(2, -4), shape: [2, 1] }] }, [x]);
    expect([...y.data]).toEqual([2 - 4, -4 - 4]);
  });

  test('axes together are axes one after the other', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 5 });
    const property = fc.property(shapes, fc.nat(), fc.nat(), fc.nat(), (shape, seed, first, second) => {
      const [a, b] = [first % shape.length, second % shape.length];
      const random = createRandom(seed);
      const data = Int32Array.from({ length: elementCount(shape) }, () => random.integer(2 ** 31) * 2);
      const reduce = (x: Tensor, axes: readonly number[]): Tensor => {
        const context = { ...node, attributes: { axes, keepDims: true }, inputs: [x] };
        const outputs = [{ dtype: 'int32' as const, shape: sum.inferShape(context)[0] }];
        return sum.reference({ ...context, outputs }, [x])[0];
      };
      const x: Tensor = { dtype: 'int32', shape, data };
      expect(reduce(x, [a - shape.length, b, a])).toEqual(reduce(a === b ? x : reduce(x, [b]), [a]));
    });
    fc.assert(property);
  });

  test('int32 sums wrap around', () => {
    const x = { ...int32, shape: [3], data: Int32Array.of(2 ** 31 - 1, 1, 5) };
    const context = { ...node, attributes: { axes: [0], keepDims: true }, inputs: [x] };
    const [y] = sum.reference({ ...context, outputs: [{ dtype: 'int32', shape: [1] }] }, [x]);
    expect([...y.data]).toEqual([5 - 2 ** 31]);
  });
});
