import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cumulativeSum, type CumulativeSumAttributes } from '../../src/ops/cumulative-sum.ts';
import { float32, int8 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const geometries: readonly (readonly [readonly number[], number])[] = [
  [[1], 0],
  [[7], -1],
  [[3, 67], 1],
  [[70, 5], 0],
  [[2, 3, 5, 6], -3],
  [[2, 3, 5, 6], 3],
  [[2, 1, 3, 2, 9], 2],
  [[1, 65, 260], 2],
];

const int32 = { dtype: 'int32', range: [-(2 ** 31), 2 ** 31 - 1] } as const;

testOp(
  cumulativeSum,
  [float32, int32].flatMap((type) =>
    geometries.flatMap(([shape, axis]) =>
      [0, 1, 2, 3].map((kind): OpCase<CumulativeSumAttributes> => {
        const attributes = { axis, exclusive: kind % 2 === 1, reverse: kind >= 2 };
        const words = `${attributes.exclusive ? ', exclusive' : ''}${attributes.reverse ? ', reversed' : ''}`;
        return {
          name: `${type.dtype} [${shape.join(', ')}] along ${axis}${words}`,
          attributes,
          inputs: [{ ...type, shape }],
          outputs: [{ dtype: type.dtype }],
          length: shape.at(axis),
        };
      }),
    ),
  ),
);

const node = { name: 'c', constants: [], rounding: 'float' as const };

function sums(data: readonly number[], shape: readonly number[], attributes: CumulativeSumAttributes): number[] {
  const x = { ...float32, shape, data: Float32Array.from(data) };
  const context = { ...node, attributes, inputs: [x], outputs: [{ ...float32, shape }] };
  return [...cumulativeSum.reference(context, [x])[0].data];
}

describe('cumulative-sum reference', () => {
  // The examples of the ONNX operator CumSum.
  test('by hand', () => {
    const [row, exclusive, reverse] = [{ axis: 0, exclusive: false, reverse: false }, true, true];
    expect(sums([1, 2, 3], [3], row)).toEqual([1, 3, 6]);
    expect(sums([1, 2, 3], [3], { ...row, exclusive })).toEqual([0, 1, 3]);
    expect(sums([1, 2, 3], [3], { ...row, reverse })).toEqual([6, 5, 3]);
    expect(sums([1, 2, 3], [3], { ...row, exclusive, reverse })).toEqual([5, 3, 0]);
    expect(sums([1, 2, 3, 4, 5, 6], [2, 3], { ...row, axis: -2 })).toEqual([1, 2, 3, 5, 7, 9]);
    expect(sums([1, 2, 3, 4, 5, 6], [2, 3], { ...row, axis: 1 })).toEqual([1, 3, 6, 4, 9, 15]);
  });

  test('sums from both ends, and without the element, go together', () => {
    const list = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 20 });
    const property = fc.property(list, (data) => {
      const attributes = { axis: 0, exclusive: false, reverse: false };
      const forward = sums(data, [data.length], attributes);
      const backward = sums(data, [data.length], { ...attributes, reverse: true });
      const before = sums(data, [data.length], { ...attributes, exclusive: true });
      const total = data.reduce((sum, value) => sum + value, 0);
      data.forEach((value, index) => {
        expect(forward[index] + backward[index]).toBe(total + value);
        expect(before[index] + value).toBe(forward[index]);
      });
    });
    fc.assert(property);
  });

  test('what does not fit is refused', () => {
    const attributes = { axis: 2, exclusive: false, reverse: false };
    const inputs = [{ ...float32, shape: [2, 3] }];
    expect(() => cumulativeSum.inferShape({ ...node, attributes, inputs })).toThrow(/axis 2 is outside/);
    const codes = { ...int8(1), shape: [2], data: Int8Array.of(1, 2) };
    const context = { ...node, attributes: { ...attributes, axis: 0 }, inputs: [codes], outputs: [codes] };
    expect(() => cumulativeSum.reference(context, [codes])).toThrow(/cumulative-sum "c": int8 to int8/);
  });
});
