import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasThresholds, orderedBits, quantizeThresholds } from '../../src/ops/lib/quantize-thresholds.ts';
import { quantize, type QuantizeAttributes } from '../../src/ops/quantize.ts';
import { quantizeValue } from '../../src/tensor/quantization.ts';
import { float32Bits } from '../../src/tensor/requantize.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

type Case = OpCase<QuantizeAttributes>;

/** Numbers on and one float32 to either side of every place where the code changes, and what no code can hold. */
function delicateNumbers(scale: number, zeroPoint: number): number[] {
  const numbers = [0, -0, Infinity, -Infinity, NaN, 1e38, -1e38, 1e-45, -1e-45, 2 ** -126, -(2 ** -127)];
  const float = new Float32Array(1);
  const bits = new Int32Array(float.buffer);
  for (let code = -128; code <= 127; code++) {
    for (const half of [-0.5, 0, 0.5]) {
      float[0] = (code - zeroPoint + half) * scale;
      const middle = bits[0];
      for (let step = -2; step <= 2; step++) {
        bits[0] = middle + step;
        numbers.push(float[0]);
      }
    }
  }
  return numbers;
}

const scales = [1, 0.1, 1 / 255, 0.007843137718737125, 3.1e-5, 17.3, 1e-30, 1e30, 2 ** -126, 2 ** 118];
const delicate: Case[] = scales.flatMap((scale) =>
  [0, -128, 127, 17].map((zeroPoint) => {
    const data = delicateNumbers(Math.fround(scale), zeroPoint);
    return {
      name: `delicate numbers, scale ${scale}, zero point ${zeroPoint}`,
      attributes: {},
      inputs: [{ ...float32, shape: [data.length], data }],
      outputs: [int8(scale, zeroPoint)],
      roundings: ['float'],
    } satisfies Case;
  }),
);

const perChannel = (channels: number): Case['outputs'][number] => ({
  dtype: 'int8',
  quantization: {
    scales: Array.from({ length: channels }, (_, index) => Math.fround(0.003 * (index + 1))),
    zeroPoints: Array.from({ length: channels }, (_, index) => (index * 29) % 120),
    axis: 3,
  },
});

testOp(quantize, [
  ...delicate,
  ...[[1], [3], [2, 3, 3, 3], [65, 4], [2, 9, 9, 16]].flatMap((shape): Case[] => [
    {
      name: `float to int8 [${shape.join(', ')}]`,
      attributes: {},
      inputs: [{ ...float32, shape }],
      outputs: [int8(0.011, -7)],
      roundings: ['float'],
    },
    {
      name: `float to uint8 [${shape.join(', ')}]`,
      attributes: {},
      inputs: [{ ...float32, shape }],
      outputs: [uint8(0.004, 128)],
      roundings: ['float'],
    },
    {
      name: `int8 to int8 [${shape.join(', ')}]`,
      attributes: {},
      inputs: [{ ...int8(0.02, 5), shape }],
      outputs: [int8(0.03, -10)],
    },
    {
      name: `int8 up [${shape.join(', ')}]`,
      attributes: {},
      inputs: [{ ...int8(0.5, 5), shape }],
      outputs: [int8(0.2, 0)],
    },
    {
      name: `uint8 to int8 [${shape.join(', ')}]`,
      attributes: {},
      inputs: [{ ...uint8(0.02, 128), shape }],
      outputs: [int8(0.02, 0)],
    },
  ]),
  ...[3, 4, 6].map((channels): Case => ({
    name: `${channels} channels`,
    attributes: {},
    inputs: [{ ...float32, shape: [2, 5, 5, channels] }],
    outputs: [perChannel(channels)],
    roundings: ['float'],
  })),
]);

describe('quantize reference', () => {
  const context = (output: object, shape: readonly number[], rounding = 'float') =>
    ({
      name: 'q',
      attributes: {},
      inputs: [{ ...float32, shape }],
      constants: [],
      outputs: [{ ...output, shape }],
      rounding,
    }) as never;

  test('by hand', () => {
    const data = Float32Array.of(0.5, 1.5, -0.5, 2.6, 1000, -Infinity, NaN);
    const [y] = quantize.reference(context(int8(1, 3), [7]), [{ ...float32, shape: [7], data }]);
    expect([...y.data]).toEqual([3, 5, 3, 6, 127, -128, 3]);
  });

  test('along an axis', () => {
    const output = { dtype: 'uint8', quantization: { scales: [1, 2], zeroPoints: [0, 10], axis: 0 } };
    const data = Float32Array.of(1, 2, 6, 8);
    const [y] = quantize.reference(context(output, [2, 2]), [{ ...float32, shape: [2, 2], data }]);
    expect([...y.data]).toEqual([1, 2, 13, 14]);
  });

  test('errs by at most half a scale within range', () => {
    fc.assert(
      fc.property(
        fc.float({ min: Math.fround(1e-6), max: 1e6, noNaN: true }),
        fc.float({ min: -100, max: 100, noNaN: true }),
        (scale, steps) => {
          const x = Math.fround(steps * scale);
          const [y] = quantize.reference(context(int8(scale, 10), [1]), [
            { ...float32, shape: [1], data: Float32Array.of(x) },
          ]);
          expect(Math.abs(scale * (y.data[0] - 10) - x)).toBeLessThanOrEqual(scale * 0.50001);
        },
      ),
    );
  });

  test('thresholds are where the code changes', () => {
    fc.assert(
      fc.property(
        fc.float({ min: Math.fround(2 ** -126), max: Math.fround(2 ** 118), noNaN: true }),
        fc.integer({ min: -128, max: 127 }),
        fc.float({ min: -200, max: 200, noNaN: true }),
        (scale, zeroPoint, steps) => {
          fc.pre(hasThresholds(scale));
          const table = quantizeThresholds(scale, zeroPoint);
          const x = Math.fround(steps * scale);
          const place = orderedBits(float32Bits(x));
          const code = table.subarray(1, 256).filter((threshold) => threshold <= place).length - 128;
          expect(code).toBe(quantizeValue(x, scale, zeroPoint, -128, 127));
        },
      ),
    );
  });
});
