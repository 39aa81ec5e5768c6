import { describe, expect, test } from 'vitest';
import { prelu } from '../../src/ops/prelu.ts';
import { roundings } from '../../src/tensor/requantize.ts';
import { binaryCases, testBinaryValues } from '../support/binary-cases.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const slopes = { ...int8(0.0113, 41), constant: true };

testOp(prelu, [
  ...binaryCases('float', float32, float32, float32, 'none'),
  ...binaryCases('int8', int8(0.037, -12), slopes, int8(0.041, 5), 'none'),
  ...binaryCases('uint8 relu6', uint8(0.02, 120), uint8(0.03, 7), uint8(0.025, 30), 'relu6').slice(1, 7),
]);

testBinaryValues(prelu, [
  [3, -2, 3],
  [-3, 0.5, -1.5],
  [-0.5, -2, 1],
  [0, 5, 0],
]);

describe('prelu on codes', () => {
  test.each(roundings)('every code is within one of its real value (%s)', (rounding) => {
    const [sx, ss, sy] = [0.037, 0.0113, 0.041].map(Math.fround);
    const data = Int8Array.from({ length: 256 }, (_, index) => index - 128);
    const inputs = [
      { ...int8(sx, -12), shape: [256], data },
      { ...int8(ss, 41), shape: [1], data: Int8Array.of(-7) },
    ];
    const context = { name: 'p', attributes: { activation: 'none' as const }, inputs, constants: [], rounding };
    const [y] = prelu.reference({ ...context, outputs: [{ ...int8(sy, 5), shape: [256] }] }, inputs);
    data.forEach((code, index) => {
      const x = sx * (code + 12);
      const real = x >= 0 ? x : x * ss * (-7 - 41);
      expect(Math.abs(y.data[index] - Math.min(Math.max(real / sy + 5, -128), 127))).toBeLessThan(0.51);
    });
  });
});
