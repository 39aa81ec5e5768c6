import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NumericError } from '../../../src/errors.ts';
import {
  chooseAsymmetric,
  chooseSymmetric,
  dequantizeValue,
  quantizeValue,
  roundTiesEven,
} from '../../../src/tensor/quantization.ts';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

describe('roundTiesEven', () => {
  test('sends halves to the even neighbour and keeps the rest nearest', () => {
    const cases = [
      [0.5, 0],
      [1.5, 2],
      [2.5, 2],
      [-0.5, 0],
      [-1.5, -2],
      [-2.5, -2],
      [0.49999997, 0],
      [1e15 + 0.5, 1e15],
    ];
    for (const [value, expected] of cases) expect(roundTiesEven(value) + 0, String(value)).toBe(expected);
  });
});

describe('quantizeValue', () => {
  test('divides in float32: a reciprocal would move exact ties', () => {
    // float32(0.3 / 0.2) is exactly 1.5 and goes to the even 2; 0.3 · float32(1 / 0.2) is just above and agrees, while
    // 0.5 / 0.2 is exactly 2.5 and must go down.
    expect(quantizeValue(0.5, 0.2, 0, -128, 127)).toBe(2);
    expect(quantizeValue(0.3, 0.2, 0, -128, 127)).toBe(2);
  });

  test('saturates', () => {
    expect(quantizeValue(1e30, 0.1, 3, -128, 127)).toBe(127);
    expect(quantizeValue(-1e30, 0.1, 3, -128, 127)).toBe(-128);
  });

  test('errs by at most half a step inside the range', () => {
    fc.assert(
      fc.property(finite, finite, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, position) => {
        const [min, max] = [Math.min(a, b, 0), Math.max(a, b, 0)];
        const { scales, zeroPoints } = chooseAsymmetric(min, max, -128, 127);
        const real = min + (max - min) * position;
        const code = quantizeValue(real, scales[0], zeroPoints[0], -128, 127);
        // Half a step, one more half at the ends where the zero point was rounded, and float32's own error.
        const isInside = code > -128 && code < 127;
        const allowed = scales[0] * (isInside ? 0.5 : 1) + Math.abs(real) * 2 ** -22;
        expect(Math.abs(dequantizeValue(code, scales[0], zeroPoints[0]) - real)).toBeLessThanOrEqual(allowed);
      }),
    );
  });
});

describe('choosing parameters', () => {
  test('the range always includes 0, which is exact', () => {
    const { scales, zeroPoints } = chooseAsymmetric(2, 6, -128, 127);
    expect(scales[0]).toBeCloseTo(6 / 255, 7);
    expect(zeroPoints[0]).toBe(-128);
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const { scales: s, zeroPoints: z } = chooseAsymmetric(Math.min(a, b), Math.max(a, b), -128, 127);
        expect(dequantizeValue(quantizeValue(0, s[0], z[0], -128, 127), s[0], z[0])).toBe(0);
      }),
    );
  });

  test('weights are symmetric on ±127', () => {
    expect(chooseSymmetric(12.7)).toEqual({ scales: [Math.fround(12.7 / 127)], zeroPoints: [0] });
  });

  test('an empty range gives scale 1 and zero point 0', () => {
    expect(chooseAsymmetric(0, 0, -128, 127)).toEqual({ scales: [1], zeroPoints: [0] });
    expect(chooseSymmetric(1e-42)).toEqual({ scales: [1], zeroPoints: [0] });
  });

  test('NaN and infinity are refused', () => {
    expect(() => chooseAsymmetric(Number.NaN, 1, -128, 127)).toThrow(NumericError);
    expect(() => chooseSymmetric(Infinity)).toThrow(/not finite/);
  });
});
