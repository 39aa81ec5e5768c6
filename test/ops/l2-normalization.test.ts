import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { l2Normalization } from '../../src/ops/l2-normalization.ts';
import { inverseSquareRoot } from '../../src/ops/lib/inverse-square-root.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const shapes = [[], [1], [2, 3], [3, 12], [130, 2], [1, 1001], [2, 1, 256], [2, 1, 3, 2, 21]];

testOp(l2Normalization, [
  ...[
    { label: 'float', input: { ...float32, range: [-8, 8] as const }, output: float32 },
    { label: 'int8', input: int8(0.1, 12), output: int8(1 / 128) },
    { label: 'uint8', input: uint8(0.15, 80), output: uint8(1 / 128, 128) },
  ].flatMap(({ label, input, output }) =>
    shapes.map((shape) => ({
      name: `${label} [${shape.join(', ')}]`,
      attributes: {},
      inputs: [{ ...input, shape }],
      outputs: [output],
      length: shape.at(-1) ?? 1,
    })),
  ),
  {
    name: 'int8 without length, and of the least and the greatest',
    attributes: {},
    inputs: [
      {
        ...int8(0.1, -128),
        shape: [3, 33025],
        data: [0, 1, 255].flatMap((value, row) =>
          Array.from({ length: 33025 }, (_, index) => (row < 2 && index !== 7 ? 0 : value) - 128),
        ),
      },
    ],
    outputs: [int8(1 / 128)],
  },
  {
    name: 'float without length',
    attributes: {},
    inputs: [{ ...float32, shape: [2, 2], data: [0, 0, 1e-7, 0] }],
    outputs: [float32],
  },
]);

const node = { name: 'l', attributes: {}, constants: [], rounding: 'float' as const };

/** A row of codes, normalized. */
function run(codes: readonly number[], zeroPoint: number, rounding: 'float' | 'tflite-single' | 'tflite-double') {
  const x = { ...int8(4 / 255, zeroPoint), shape: [codes.length], data: Int8Array.from(codes) };
  const outputs = [{ ...int8(1 / 128), shape: [codes.length] }];
  return [...l2Normalization.reference({ ...node, rounding, inputs: [x], outputs }, [x])[0].data];
}

describe('l2-normalization reference', () => {
  test('by hand', () => {
    const x = { ...float32, shape: [2, 2], data: Float32Array.of(3, -4, 0, 0.5) };
    const [y] = l2Normalization.reference({ ...node, inputs: [x], outputs: [x] }, [x]);
    [0.6, -0.8, 0, 1].forEach((value, index) => expect(y.data[index]).toBeCloseTo(value, 6));
  });

  // What TensorFlow Lite's own test expects of −1.1, 0.6, 0.7, 1.2, −0.7, 0.1 in codes of ±2.
  test('codes as TensorFlow Lite has them', () => {
    const codes = [-1.1, 0.6, 0.7, 1.2, -0.7, 0.1].map((value) => Math.round((value * 255) / 4) - 1);
    for (const rounding of ['tflite-double', 'tflite-single', 'float'] as const) {
      expect(run(codes, -1, rounding)).toEqual([-70, 38, 45, 77, -45, 6]);
    }
  });

  test('codes are within one of the real value', () => {
    const property = fc.property(
      fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 1, maxLength: 500 }),
      fc.integer({ min: -128, max: 127 }),
      fc.constantFrom('float' as const, 'tflite-single' as const, 'tflite-double' as const),
      (codes, zeroPoint, rounding) => {
        const length = Math.hypot(...codes.map((code) => code - zeroPoint));
        run(codes, zeroPoint, rounding).forEach((code, index) => {
          const real = length === 0 ? 0 : (128 * (codes[index] - zeroPoint)) / length;
          expect(Math.abs(code - Math.min(real, 127))).toBeLessThan(0.51);
        });
      },
    );
    fc.assert(property);
  });

  test('inverse square roots', () => {
    const property = fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (total) => {
      const { bits, shift } = inverseSquareRoot(total);
      expect(bits).toBeLessThan(2 ** 31);
      expect(((bits / 2 ** 31) * 2 ** shift * Math.sqrt(total) - 1) * 1e5).toBeCloseTo(0, 0);
    });
    fc.assert(property, { examples: [[1], [2], [3], [2 ** 29 - 1], [2 ** 29], [2 ** 31 - 1]] });
  });

  test('other scales and long rows are refused', () => {
    const x = { ...int8(1), shape: [4], data: new Int8Array(4) };
    expect(() => l2Normalization.reference({ ...node, inputs: [x], outputs: [x] }, [x])).toThrow(
      /l2-normalization "l": the output's scale is 1\. On codes it is 1\/128/,
    );
    const long = { ...int8(1), shape: [33026], data: new Int8Array(33026) };
    const outputs = [{ ...int8(1 / 128), shape: [33026] }];
    expect(() => l2Normalization.reference({ ...node, inputs: [long], outputs }, [long])).toThrow(/33026 codes/);
  });
});
