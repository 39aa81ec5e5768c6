import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { softmax, type SoftmaxAttributes } from '../../src/ops/softmax.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const shapes = [[1], [2, 3], [1, 10], [3, 12], [130, 2], [1, 1001], [2, 3, 255], [2, 256], [3, 2, 21], [70, 5]];

testOp(
  softmax,
  [
    { label: 'float', input: { ...float32, range: [-8, 8] as const }, output: float32, beta: 1 },
    { label: 'float, beta 0.5', input: { ...float32, range: [-8, 8] as const }, output: float32, beta: 0.5 },
    { label: 'int8', input: int8(0.1, 12), output: int8(1 / 256, -128), beta: 1 },
    { label: 'int8 flat', input: int8(0.001, 12), output: int8(1 / 256, -128), beta: 1 },
    { label: 'int8 to a small scale', input: int8(0.05), output: int8(0.0001, -100), beta: 2 },
    { label: 'uint8', input: uint8(0.15, 80), output: uint8(1 / 256), beta: 1 },
  ].flatMap(({ label, input, output, beta }) =>
    shapes.map((shape): OpCase<SoftmaxAttributes> => ({
      name: `${label} [${shape.join(', ')}]`,
      attributes: { beta },
      inputs: [{ ...input, shape }],
      outputs: [output],
      length: shape.at(-1),
    })),
  ),
);

describe('softmax of codes', () => {
  const run = (codes: readonly number[], scale: number): number[] => {
    const input = { ...int8(scale, 3), shape: [codes.length] };
    const context = {
      name: 'softmax',
      attributes: { beta: 1 },
      inputs: [input],
      constants: [undefined],
      outputs: [{ ...int8(1 / 256, -128), shape: [codes.length] }],
      rounding: 'float' as const,
    };
    return [...softmax.reference(context, [{ ...input, data: Int8Array.from(codes) }])[0].data];
  };

  test('by hand', () => {
    expect(run([5], 1)).toEqual([127]);
    expect(run([5, 5], 1)).toEqual([0, 0]);
    // ln 3 apart: 1/4 and 3/4 of 256.
    expect(run([0, 1], Math.log(3))).toEqual([64 - 128, 192 - 128]);
  });

  test('is within one code of the real softmax', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 1, maxLength: 1500 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (codes, scale) => {
          const rounded = Math.fround(scale);
          const exponentials = codes.map((code) => Math.exp(code * rounded));
          const total = exponentials.reduce((sum, term) => sum + term, 0);
          run(codes, scale).forEach((code, index) => {
            const real = Math.min((exponentials[index] / total) * 256 - 128, 127);
            expect(Math.abs(code - real)).toBeLessThan(0.51);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  test('beta must be positive', () => {
    const infer = (beta: number) =>
      softmax.inferShape({ name: 's', attributes: { beta }, inputs: [{ ...float32, shape: [3] }], constants: [] });
    expect(() => infer(0)).toThrow(/positive/);
  });
});
