import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { minMax, type MinMaxAttributes } from '../../src/ops/min-max.ts';
import { float32 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const largest = (2 - 2 ** -23) * 2 ** 127;

function drawn(shape: readonly number[], leading: number, parts: number): OpCase<MinMaxAttributes> {
  return {
    name: `[${shape.join(', ')}], ${leading} leading, ${parts} parts`,
    attributes: { leading, parts },
    inputs: [{ ...float32, shape, range: [-3, 2] }],
    outputs: [float32],
  };
}

testOp(minMax, [
  drawn([1], 0, 1),
  drawn([5], 0, 1),
  drawn([3, 5], 1, 1),
  drawn([7, 33], 1, 3),
  drawn([2, 3, 130], 2, 1),
  drawn([2, 9, 9, 6], 1, 4),
  drawn([2, 9, 9, 6], 0, 7),
  drawn([1, 33, 31, 8], 1, 16),
  drawn([3, 2, 2, 1, 4], 1, 5),
  drawn([70, 3], 1, 1),
  {
    name: 'delicate numbers',
    attributes: { leading: 1, parts: 1 },
    inputs: [
      {
        ...float32,
        shape: [6, 3],
        data: [1e-45, 0, 2e-45, -1e-45, -0, -3e-45, Infinity, 1, NaN, NaN, -Infinity, 2, NaN, NaN, NaN, 5, 5, 5],
      },
    ],
    outputs: [float32],
  },
]);

describe('min-max reference', () => {
  const run = (attributes: MinMaxAttributes, shape: readonly number[], data: readonly number[]): number[] => {
    const context = { name: 'm', attributes, inputs: [{ ...float32, shape }], constants: [undefined] };
    const [output] = minMax.inferShape(context);
    const [y] = minMax.reference({ ...context, outputs: [{ ...float32, shape: output }], rounding: 'float' }, [
      { ...float32, shape, data: Float32Array.from(data) },
    ]);
    return [...y.data];
  };

  test('by hand: a row of two quads in two parts, then joined', () => {
    const parts = run({ leading: 1, parts: 2 }, [2, 5], [1, 2, 3, -4, 9, 0, 0, 0, 0, -7]);
    expect(parts).toEqual([-4, 3, 9, 9, 0, 0, -7, -7]);
    expect(run({ leading: 1, parts: 1 }, [2, 2, 2], parts)).toEqual([-4, 9, -7, 0]);
  });

  test('NaN counts as 0, infinities as the largest numbers', () => {
    expect(run({ leading: 0, parts: 1 }, [3], [NaN, 1, -Infinity])).toEqual([-largest, 1]);
    expect(run({ leading: 0, parts: 1 }, [2], [NaN, 3])).toEqual([0, 3]);
  });

  test('parts joined are the whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (data, parts) => {
          const pieces = run({ leading: 0, parts }, [data.length], data);
          const [min, max] = run({ leading: 0, parts: 1 }, [parts, 2], pieces);
          expect([min + 0, max + 0]).toEqual([Math.min(...data) + 0, Math.max(...data) + 0]);
        },
      ),
    );
  });

  test.each([
    [{ leading: 2, parts: 1 }, '2 leading axes'],
    [{ leading: -1, parts: 1 }, '-1 leading axes'],
    [{ leading: 0, parts: 0 }, '0 parts'],
    [{ leading: 0, parts: 5000 }, '5000 parts'],
  ])('refuses %o', (attributes, message) => {
    expect(() => run(attributes, [2, 3], [0, 0, 0, 0, 0, 0])).toThrow(ShapeError);
    expect(() => run(attributes, [2, 3], [0, 0, 0, 0, 0, 0])).toThrow(message);
  });
});
