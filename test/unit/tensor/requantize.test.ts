import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NumericError } from '../../../src/errors.ts';
import { accumulatorMultiplier, encodeMultiplier, requantize, roundings } from '../../../src/tensor/requantize.ts';

const accumulators = fc.integer({ min: -(2 ** 23), max: 2 ** 23 });
/** Where layers' multipliers lie. */
const multipliers = fc.double({ min: 2 ** -20, max: 0.9999, noNaN: true });

describe('encodeMultiplier', () => {
  test('fixed point is a 31-bit mantissa and a shift', () => {
    expect(encodeMultiplier(0.5, 'tflite-double')).toEqual({ bits: 2 ** 30, shift: 0 });
    expect(encodeMultiplier(1, 'tflite-single')).toEqual({ bits: 2 ** 30, shift: 1 });
    expect(encodeMultiplier(0.25, 'tflite-single')).toEqual({ bits: 2 ** 30, shift: -1 });
    // Rounds up to the next power of two.
    expect(encodeMultiplier(1 - 2 ** -40, 'tflite-double')).toEqual({ bits: 2 ** 30, shift: 1 });
    expect(encodeMultiplier(2 ** -40, 'tflite-double')).toEqual({ bits: 0, shift: 0 });
    expect(encodeMultiplier(0, 'tflite-double')).toEqual({ bits: 0, shift: 0 });
  });

  test('represents the real number to 31 bits', () => {
    fc.assert(
      fc.property(multipliers, (real) => {
        const { bits, shift } = encodeMultiplier(real, 'tflite-double');
        expect(bits).toBeGreaterThanOrEqual(2 ** 30);
        expect(bits).toBeLessThan(2 ** 31);
        expect(Math.abs(bits * 2 ** (shift - 31) - real)).toBeLessThanOrEqual(real * 2 ** -31);
      }),
    );
  });

  test('refuses what no layer can have', () => {
    for (const real of [-1, Number.NaN, Infinity, 2 ** 31])
      expect(() => encodeMultiplier(real, 'float')).toThrow(NumericError);
  });
});

describe('requantize', () => {
  test('is within one step of the real product, and within half a step plus its own representation in most modes', () => {
    fc.assert(
      fc.property(accumulators, multipliers, (accumulator, real) => {
        for (const rounding of roundings) {
          const result = requantize(accumulator, encodeMultiplier(real, rounding), rounding);
          // Two roundings may add up; one may not.
          const allowed = rounding === 'tflite-double' ? 1 : 0.5 + Math.abs(accumulator * real) * 2 ** -23;
          expect(Math.abs(result - accumulator * real), rounding).toBeLessThanOrEqual(allowed);
        }
      }),
    );
  });

  test('the modes differ exactly in how they treat halves', () => {
    const half = (rounding: (typeof roundings)[number]) => {
      const multiplier = encodeMultiplier(0.5, rounding);
      return [-5, -3, -1, 1, 3, 5].map((accumulator) => requantize(accumulator, multiplier, rounding) + 0);
    };
    // To even; upwards; and, in the first of two roundings, 2^30 added to what is positive and 1 − 2^30 to the rest.
    expect(half('float')).toEqual([-2, -2, 0, 0, 2, 2]);
    expect(half('tflite-single')).toEqual([-2, -1, 0, 1, 2, 3]);
    expect(half('tflite-double')).toEqual([-2, -1, 0, 1, 2, 3]);
    // The second rounding sends halves away from zero.
    const quarter = encodeMultiplier(0.25, 'tflite-double');
    expect([-6, -2, 2, 6].map((accumulator) => requantize(accumulator, quarter, 'tflite-double'))).toEqual([
      -2, -1, 1, 2,
    ]);
  });

  test('left shifts reach multipliers of one and more', () => {
    for (const rounding of roundings) expect(requantize(1000, encodeMultiplier(3, rounding), rounding)).toBe(3000);
  });

  test('float multiplies float32 scales in float32, the TFLite modes in double', () => {
    const [x, w, y] = [0.1, 0.3, 0.7].map(Math.fround);
    expect(accumulatorMultiplier(x, w, y, 'float')).toBe(Math.fround(Math.fround(x * w) / y));
    expect(accumulatorMultiplier(x, w, y, 'tflite-double')).toBe((x * w) / y);
  });
});
