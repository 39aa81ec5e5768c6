import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binaryLogarithm } from '../../src/ops/lib/log-softmax-codes.ts';
import { logSoftmax } from '../../src/ops/log-softmax.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const shapes = [[], [1], [2, 3], [3, 12], [130, 2], [1, 1001], [2, 1, 256], [2, 1, 3, 2, 21]];

testOp(
  logSoftmax,
  [
    { label: 'float', input: { ...float32, range: [-8, 8] as const }, output: float32 },
    { label: 'int8', input: int8(0.1, 12), output: int8(1 / 16, 127) },
    { label: 'int8 of a large scale', input: int8(3), output: int8(1 / 16, 127) },
    { label: 'int8 to a small scale', input: int8(0.05), output: int8(0.01, 120) },
    { label: 'uint8', input: uint8(0.15, 80), output: uint8(1 / 16, 255) },
  ].flatMap(({ label, input, output }) =>
    shapes.map((shape) => ({
      name: `${label} [${shape.join(', ')}]`,
      attributes: {},
      inputs: [{ ...input, shape }],
      outputs: [output],
      length: shape.at(-1) ?? 1,
    })),
  ),
);

const node = { name: 'l', attributes: {}, constants: [], rounding: 'float' as const };

describe('log-softmax reference', () => {
  // The example of the ONNX operator LogSoftmax.
  test('by hand', () => {
    const x = { ...float32, shape: [1, 3], data: Float32Array.of(-1, 0, 1) };
    const [y] = logSoftmax.reference({ ...node, inputs: [x], outputs: [{ ...float32, shape: [1, 3] }] }, [x]);
    [-2.4076061, -1.407606, -0.407606].forEach((value, index) => expect(y.data[index]).toBeCloseTo(value, 6));
  });

  test('codes are within one of the real value, in every rounding', () => {
    const property = fc.property(
      fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 1, maxLength: 1500 }),
      fc.double({ min: 0.001, max: 1, noNaN: true }).map(Math.fround),
      fc.constantFrom('float' as const, 'tflite-single' as const, 'tflite-double' as const),
      (codes, scale, rounding) => {
        const x = { ...int8(scale, 3), shape: [codes.length], data: Int8Array.from(codes) };
        const outputs = [{ ...int8(1 / 16, 127), shape: [codes.length] }];
        const [y] = logSoftmax.reference({ ...node, rounding, inputs: [x], outputs }, [x]);
        const total = codes.reduce((sum, code) => sum + Math.exp(code * scale), 0);
        y.data.forEach((code, index) => {
          const real = Math.max((codes[index] * scale - Math.log(total)) * 16 + 127, -128);
          expect(Math.abs(code - real)).toBeLessThan(0.52);
        });
      },
    );
    fc.assert(property, { numRuns: 30 });
  });

  test('binary logarithms are rounded down, to less than two steps', () => {
    const property = fc.property(fc.integer({ min: 2 ** 16, max: 2 ** 31 - 1 }), (total) => {
      const real = Math.log2(total / 2 ** 16) * 2 ** 16;
      const found = binaryLogarithm(total, 16);
      expect(found).toBeLessThanOrEqual(real + 1e-6);
      expect(found).toBeGreaterThan(real - 2);
    });
    fc.assert(property, { examples: [[2 ** 16], [2 ** 30], [2 ** 31 - 1]] });
    expect(binaryLogarithm(2 ** 20, 16)).toBe(4 * 2 ** 16);
  });

  test('rows that are too long are refused', () => {
    const x = { ...int8(1), shape: [2 ** 24] };
    const context = { ...node, inputs: [x], outputs: [x] };
    expect(() => logSoftmax.reference(context, [{ ...x, data: new Int8Array(2 ** 24) }])).toThrow(
      /log-softmax: a row of 16777216 codes is too long/,
    );
  });
});
