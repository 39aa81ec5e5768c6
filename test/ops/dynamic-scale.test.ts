import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { dynamicScale, type DynamicScaleAttributes } from '../../src/ops/dynamic-scale.ts';
import { dynamicScale as scaleOf } from '../../src/ops/lib/dynamic-scale.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { float32 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const largest = (2 - 2 ** -23) * 2 ** 127;

/** Ranges of every width and position, and those where rounding is close. */
function delicateRanges(): number[] {
  const random = createRandom(1);
  const ends = [
    [0, 0],
    [-1, 1],
    [-3, 3],
    [0, 1],
    [-1, 0],
    [0, 255],
    [-128, 127],
    [-0.5, 254.5],
    [-largest, largest],
    [largest, -largest],
    [0, 1e-45],
    [-1e-39, 1],
    [-(2 ** -100), 0],
    [-(2 ** -101), 2 ** -101],
    [-1e-30, 1e30],
    [2, 5],
    [-5, -2],
  ];
  for (let i = 0; i < 3000; i++) {
    const magnitude = 2 ** random.uniform(-90, 120);
    const distance = 2 ** random.uniform(-70, 70);
    ends.push([-magnitude * random.uniform(), Math.min(magnitude * distance * random.uniform(), largest)]);
  }
  // Around where the zero point changes.
  for (let k = 0; k < 255; k++) {
    const below = Math.fround((k + 0.5) / 3);
    for (const above of [(254.5 - k) / 3, (254.5 - k) / 3 + 2e-6, (254.5 - k) / 3 - 2e-6]) ends.push([-below, above]);
  }
  return ends.flat();
}

const ranges = delicateRanges();

function drawn(shape: readonly number[], isSymmetric: boolean): OpCase<DynamicScaleAttributes> {
  return {
    name: `[${shape.join(', ')}], ${isSymmetric ? 'symmetric' : 'asymmetric'}`,
    attributes: { isSymmetric },
    inputs: [{ ...float32, shape, range: [-3, 2] }],
    outputs: [float32],
  };
}

testOp(
  dynamicScale,
  [true, false].flatMap((isSymmetric): OpCase<DynamicScaleAttributes>[] => [
    {
      name: `delicate ranges, ${isSymmetric ? 'symmetric' : 'asymmetric'}`,
      attributes: { isSymmetric },
      inputs: [{ ...float32, shape: [ranges.length / 2, 1, 2], data: ranges }],
      outputs: [float32],
    },
    drawn([1, 2], isSymmetric),
    drawn([5, 2], isSymmetric),
    drawn([3, 7, 2], isSymmetric),
    drawn([2, 65, 1, 2], isSymmetric),
  ]),
);

describe('dynamic scales', () => {
  test('by hand', () => {
    expect(scaleOf(-2, 1, true)).toEqual({
      scale: Math.fround(2 / 127),
      inverse: Math.fround(63.5),
      zeroPoint: 0,
    });
    // Codes −128 to 127 for 0 to 51: steps of a fifth.
    expect(scaleOf(0, 51, false)).toEqual({
      scale: Math.fround(0.2),
      inverse: Math.fround(1 / Math.fround(0.2)),
      zeroPoint: -128,
    });
    // −128 + 255 · 100 / 255.
    expect(scaleOf(-100, 155, false)).toEqual({ scale: 1, inverse: 1, zeroPoint: -28 });
    // The range is widened to 0.
    expect(scaleOf(51, 255, false)).toEqual({ scale: 1, inverse: 1, zeroPoint: -128 });
    // Half way between −1 and 0: away from zero.
    expect(scaleOf(-1, 1, false).zeroPoint).toBe(-1);
    expect(scaleOf(0, 0, true)).toEqual({ scale: 1, inverse: 1, zeroPoint: 0 });
  });

  test('every number of the range has a code within half a scale', () => {
    const end = fc.float({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(end, end, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (a, b, at, isSymmetric) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(max - min > 1e-20);
        const { scale, zeroPoint } = scaleOf(min, max, isSymmetric);
        const x = min + at * (max - min);
        const code = Math.min(Math.max(Math.round(x / scale) + zeroPoint, -128), 127);
        // The zero point is a whole number, so an end may lie half a code outside.
        expect(Math.abs(scale * (code - zeroPoint) - x)).toBeLessThanOrEqual(scale * 1.001);
      }),
    );
  });

  test('refuses what min-max does not make', () => {
    const context = { name: 'd', attributes: { isSymmetric: true }, constants: [undefined] };
    expect(() => dynamicScale.inferShape({ ...context, inputs: [{ ...float32, shape: [4, 3] }] })).toThrow(ShapeError);
    expect(() => dynamicScale.inferShape({ ...context, inputs: [{ ...float32, shape: [2] }] })).toThrow(
      '[..., parts, 2]',
    );
  });
});
