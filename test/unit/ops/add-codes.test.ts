import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addCodes, addCodesConstants, addParameters } from '../../../src/ops/lib/add-codes.ts';
import { perTensor } from '../../../src/tensor/quantization.ts';

const range = [-128, 127] as const;
const code = fc.integer({ min: -128, max: 127 });
const scale = fc.double({ min: 1e-3, max: 1, noNaN: true }).map(Math.fround);

describe('sums of codes', () => {
  test('halves go to the even code', () => {
    const parameters = addParameters(perTensor(0.5), perTensor(0.5), perTensor(1), 'none', range, 'float');
    const sums = [1, 3, -1, -3, 2].map((a) => addCodes(a, 0, parameters));
    expect(sums).toEqual([0, 2, 0, -2, 1]);
  });

  test('the activation and the output dtype bound the result', () => {
    const parameters = addParameters(perTensor(1), perTensor(1), perTensor(1, -100), 'relu6', range, 'float');
    expect([-50, 3, 50].map((a) => addCodes(a, 0, parameters))).toEqual([-100, -97, -94]);
  });

  test('every rounding is within one code of the real sum', () => {
    fc.assert(
      fc.property(scale, scale, scale, code, code, code, code, code, (aScale, bScale, yScale, za, zb, zy, qa, qb) => {
        const real = (aScale * (qa - za) + bScale * (qb - zb)) / yScale + zy;
        const expected = Math.min(Math.max(real, -128), 127);
        const [a, b, y] = [perTensor(aScale, za), perTensor(bScale, zb), perTensor(yScale, zy)];
        for (const rounding of ['float', 'tflite-single', 'tflite-double'] as const) {
          const sum = addCodes(qa, qb, addParameters(a, b, y, 'none', range, rounding));
          expect(Math.abs(sum - expected)).toBeLessThan(0.501);
        }
      }),
    );
  });

  test('adding is symmetric', () => {
    fc.assert(
      fc.property(scale, scale, code, code, (aScale, bScale, qa, qb) => {
        const [a, b, y] = [perTensor(aScale, 3), perTensor(bScale, -7), perTensor(0.5, 1)];
        const forward = addCodes(qa, qb, addParameters(a, b, y, 'none', range, 'float'));
        expect(addCodes(qb, qa, addParameters(b, a, y, 'none', range, 'float'))).toBe(forward);
      }),
    );
  });

  test('the fixed-point sum stays within int32', () => {
    fc.assert(
      fc.property(scale, scale, scale, (aScale, bScale, yScale) => {
        const { constants } = addCodesConstants(
          perTensor(aScale),
          perTensor(bScale),
          perTensor(yScale),
          'none',
          'float',
        );
        const largest = 255 * (constants['ADD_A_MULTIPLIER'] + constants['ADD_B_MULTIPLIER']);
        expect(largest + 2 ** constants['ADD_SHIFT']).toBeLessThan(2 ** 31);
      }),
    );
  });

  test('scales too far apart for int32 are refused', () => {
    expect(() => addParameters(perTensor(1e9), perTensor(1), perTensor(1), 'none', range, 'float')).toThrow(
      /more than 2\^20 times/,
    );
  });
});
