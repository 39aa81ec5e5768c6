import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromFloat16Bits, toFloat16, toFloat16Bits } from '../../../src/tensor/float16.ts';

// Published examples of binary16 (IEEE 754-2019, and Wikipedia's "Half-precision floating-point format").
const examples: readonly (readonly [number, number])[] = [
  [0x0000, 0],
  [0x8000, -0],
  [0x0001, 0.000000059604644775390625],
  [0x03ff, 0.00006097555160522461],
  [0x0400, 0.00006103515625],
  [0x3555, 0.333251953125],
  [0x3bff, 0.99951171875],
  [0x3c00, 1],
  [0x3c01, 1.0009765625],
  [0x7bff, 65504],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
  [0xc000, -2],
];

describe('binary16', () => {
  test.each(examples)('%i is %f', (bits, value) => {
    expect(fromFloat16Bits(bits)).toBe(value);
    expect(toFloat16Bits(value)).toBe(bits);
  });

  test('every number survives', () => {
    for (let bits = 0; bits < 2 ** 16; bits++) {
      const value = fromFloat16Bits(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(fromFloat16Bits(toFloat16Bits(value)))).toBe(true);
      else expect(toFloat16Bits(value)).toBe(bits);
    }
  });

  test('a number between two becomes the nearer, in the middle the even one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7bfe }), fc.double({ min: 0, max: 1, noNaN: true }), (bits, share) => {
        const low = fromFloat16Bits(bits);
        const step = fromFloat16Bits(bits + 1) - low;
        const value = low + share * step;
        const isUpper = value - low === step / 2 ? bits % 2 === 1 : value - low > step / 2;
        expect(toFloat16Bits(value)).toBe(isUpper ? bits + 1 : bits);
        expect(toFloat16Bits(-value)).toBe(0x8000 + (isUpper ? bits + 1 : bits));
      }),
    );
  });

  test('what is too large is infinite, and NaN stays', () => {
    expect(toFloat16Bits(65519.99)).toBe(0x7bff);
    expect(toFloat16Bits(65520)).toBe(0x7c00);
    expect(toFloat16Bits(-1e30)).toBe(0xfc00);
    expect(fromFloat16Bits(toFloat16Bits(NaN))).toBeNaN();
  });
});

test('activations are stored as the nearest number, and the largest finite one beyond it', () => {
  const data = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, -65504, 65519, 65520, 1e30, -Infinity, 2 ** -25);
  const stored = toFloat16({ dtype: 'float32', shape: [8], data });
  expect(stored).toMatchObject({ dtype: 'float16', shape: [8] });
  expect(Array.from(stored.data, fromFloat16Bits)).toEqual([1, 1 + 2 ** -9, -65504, 65504, 65504, 65504, -65504, 0]);
});
