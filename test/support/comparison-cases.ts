import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OpDefinition } from '../../src/ops/define-op.ts';
import type { ComparisonAttributes } from '../../src/ops/lib/comparison.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import { broadcastPairs } from './binary-cases.ts';
import { float32, int8, uint8 } from './codes.ts';
import { type CaseInput, type OpCase, testOp } from './test-op.ts';

const int32 = { dtype: 'int32', range: [-2, 2] } as const;

/** Quarters between −1 and 1, so that many are equal. */
function quarters({ shape }: { readonly shape: readonly number[] }, step: number): CaseInput {
  const data = Array.from({ length: elementCount(shape) }, (_, index) => ((index * step) % 9) / 4 - 1);
  return { ...float32, shape, data };
}

/** Runs a comparison on every dtype, and compares its reference with what the real numbers say. */
export function testComparison(
  op: OpDefinition<ComparisonAttributes>,
  isTrue: (a: number, b: number) => boolean,
  pairs: typeof broadcastPairs = broadcastPairs.slice(1, 6),
): void {
  const types: readonly (readonly [string, (shape: readonly number[]) => CaseInput, typeof int8Input])[] = [
    ['float', (shape) => quarters({ shape }, 1), (shape) => quarters({ shape }, 7)],
    ['int32', (shape) => ({ ...int32, shape }), (shape) => ({ ...int32, shape })],
    ['int8', int8Input, (shape) => ({ ...int8(0.5, 3), shape })],
    ['int8 of two scales', int8Input, (shape) => ({ ...int8(0.25, -100), shape })],
    ['uint8', (shape) => ({ ...uint8(0.03, 7), shape }), (shape) => ({ ...uint8(0.5, 255), shape })],
  ];
  testOp(
    op,
    types.flatMap(([label, a, b]) =>
      pairs.map(([name, aShape, bShape]): OpCase<ComparisonAttributes> => ({
        name: `${label}: ${name}`,
        attributes: {},
        inputs: [a(aShape), b(bShape)],
        outputs: [{ dtype: 'int32' }],
        // Nothing is rounded.
        roundings: ['float'],
      })),
    ),
  );

  test(`${op.name}: codes of any scales compare as the numbers they stand for`, () => {
    const scale = fc.constantFrom(0.1, 0.25, 0.5, 1 / 3, 0.7).map(Math.fround);
    const code = fc.integer({ min: -128, max: 127 });
    const operand = fc.record({ scale, zeroPoint: code, codes: fc.array(code, { minLength: 40, maxLength: 40 }) });
    const property = fc.property(operand, operand, (a, b) => {
      const inputs = [a, b].map(({ scale: s, zeroPoint, codes }) => {
        const quantization = { scales: [s], zeroPoints: [zeroPoint] };
        return { dtype: 'int8' as const, shape: [40], quantization, data: Int8Array.from(codes) };
      });
      const [y] = op.reference(
        {
          name: 'c',
          attributes: {},
          inputs,
          constants: [],
          outputs: [{ dtype: 'int32', shape: [40] }],
          rounding: 'float',
        },
        inputs,
      );
      // Ratios of float32 numbers, as whole numbers.
      const exact = (value: number): bigint => BigInt(value * 2 ** 30);
      const real = ({ scale: s, zeroPoint, codes }: typeof a, index: number): bigint =>
        exact(s) * BigInt(codes[index] - zeroPoint);
      y.data.forEach((found, index) => {
        const difference = real(a, index) - real(b, index);
        const sign = difference > 0n ? 1 : difference < 0n ? -1 : 0;
        expect(found).toBe(isTrue(sign, 0) ? 1 : 0);
      });
    });
    fc.assert(property);
  });

  test(`${op.name}: types that do not compare are refused`, () => {
    const inputs = [
      { ...float32, shape: [2], data: Float32Array.of(1, 2) },
      { dtype: 'int32' as const, shape: [2], data: Int32Array.of(1, 2) },
    ];
    const context = { name: 'c', attributes: {}, inputs, constants: [], rounding: 'float' as const };
    const outputs = [{ dtype: 'int32' as const, shape: [2] }];
    expect(() => op.reference({ ...context, outputs }, inputs)).toThrow(/float32 and int32 cannot be compared/);
    const wrong = {
      ...context,
      inputs: [
        { ...float32, shape: [2, 3] },
        { ...float32, shape: [4] },
      ],
    };
    expect(() => op.inferShape(wrong)).toThrow(/\[2, 3\] and \[4\] do not broadcast/);
  });
}

function int8Input(shape: readonly number[]): CaseInput {
  return { ...int8(0.5, -12), shape };
}
