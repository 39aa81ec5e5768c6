import { describe, expect, test } from 'vitest';
import { meanMultiplier } from '../../src/ops/lib/mean-multiplier.ts';
import { mean } from '../../src/ops/mean.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { reductionCases } from '../support/reduction-cases.ts';
import { testOp } from '../support/test-op.ts';

testOp(
  mean,
  [
    { label: 'float', input: float32, output: float32 },
    { label: 'int8', input: int8(0.1, -9), output: int8(0.1, -9) },
    { label: 'int8 to another scale', input: int8(0.1, -9), output: int8(0.013, 20) },
    { label: 'uint8', input: uint8(0.02, 140), output: uint8(0.015, 100) },
  ].flatMap(({ label, input, output }) =>
    reductionCases(label, input, output).flatMap((opCase) =>
      [true, false].map((keepDims) => ({
        ...opCase,
        name: `${opCase.name}${keepDims ? ', kept' : ''}`,
        attributes: { ...opCase.attributes, keepDims },
      })),
    ),
  ),
);

describe('mean reference', () => {
  test('by hand', () => {
    const input = { ...int8(1, 1), shape: [2, 3] };
    const context = {
      name: 'mean',
      attributes: { axes: [1], keepDims: false },
      inputs: [input],
      constants: [undefined],
      outputs: [{ ...int8(2, -4), shape: [2] }],
      rounding: 'float' as const,
    };
    expect(mean.inferShape(context)).toEqual([[2]]);
    // Real means 3 and −5, over scale 2: 1.5 and −2.5, halves to even.
    const [y] = mean.reference(context, [{ ...input, data: Int8Array.of(1, 4, 7, -4, -4, -4) }]);
    expect([...y.data]).toEqual([2 - 4, -2 - 4]);
  });

  test('axes that do not exist', () => {
    const infer = (axes: number[]) =>
      mean.inferShape({
        name: 'm',
        attributes: { axes, keepDims: true },
        inputs: [{ ...float32, shape: [2, 3] }],
        constants: [],
      });
    expect(() => infer([2])).toThrow(/axis 2 is outside/);
    expect(() => infer([])).toThrow(/no axes/);
  });

  test('the TFLite multiplier drops the remainder of the division by the count', () => {
    // 2³⁰ · 2⁵ / 36 = 954437176.9, with shift 1 − 5.
    expect(meanMultiplier(1, 1, 36, 'tflite-double')).toEqual({ bits: 954437176, shift: -4 });
  });
});
