import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasThresholds, orderedBits, quantizeThresholds } from '../../src/ops/lib/quantize-thresholds.ts';
import { quantize, type QuantizeAttributes } from '../../src/ops/quantize.ts';
import { entryCount, perTensor, type Quantization, quantizeValue } from '../../src/tensor/quantization.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { float32Bits } from '../../src/tensor/requantize.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type CaseInput, type OpCase, testOp } from '../support/test-op.ts';

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

/** Scales and zero points that differ, along an axis or in blocks of it. */
function entries(
  shape: readonly number[],
  axis: number,
  blockSize?: number,
  isSymmetric = false,
): { readonly quantization: Quantization } {
  const count = entryCount({ axis, blockSize }, shape);
  const scales = Array.from({ length: count }, (_, index) => Math.fround(0.003 * (1 + ((index * 7) % 11))));
  const zeroPoints = scales.map((_, index) => (isSymmetric ? 0 : ((index * 29) % 120) - 60));
  return { quantization: { scales, zeroPoints, axis, ...(blockSize !== undefined && { blockSize }) } };
}

const seed: CaseInput = { dtype: 'int32', shape: [1], constant: true, data: [-77] };
const codes16 = [-(2 ** 15), 2 ** 15 - 1] as const;
const blocked = [
  { shape: [9, 7], axis: 0, blockSize: 4 },
  { shape: [9, 7], axis: 1, blockSize: 3 },
  { shape: [2, 3, 8], axis: 2, blockSize: 32 },
  { shape: [3, 5, 2, 6], axis: 1, blockSize: 2 },
  { shape: [2, 4, 5, 3], axis: 2, blockSize: 5 },
  { shape: [2, 2, 3, 3, 5], axis: 0, blockSize: 1 },
];

testOp(quantize, [
  ...delicate,
  ...[0.1, 2 ** -130, 1e30, 3e-45].map((scale): Case => {
    const data = delicateNumbers(Math.fround(scale), 5);
    return {
      name: `delicate numbers as 16-bit codes, scale ${scale}`,
      attributes: { range: codes16 },
      inputs: [{ ...float32, shape: [data.length], data }],
      outputs: [{ dtype: 'int32', quantization: perTensor(Math.fround(scale), 5) }],
    };
  }),
  {
    name: 'numbers of every size as 32-bit codes',
    attributes: {},
    inputs: [
      { ...float32, shape: [64], data: Array.from({ length: 64 }, (_, i) => (i % 2 ? -1.7 : 1.3) * 2 ** (i - 12)) },
    ],
    outputs: [{ dtype: 'int32', quantization: perTensor(Math.fround(0.01)) }],
  },
  {
    name: 'halves as 16-bit codes',
    attributes: { range: codes16 },
    inputs: [{ ...float32, shape: [99], data: Array.from({ length: 99 }, (_, i) => (i - 49) / 2) }],
    outputs: [{ dtype: 'int32', quantization: perTensor(1) }],
  },
  ...(['int8', 'uint8'] as const).map((dtype): Case => {
    const [low, high] = dtype === 'int8' ? [-8, 7] : [0, 15];
    return {
      name: `4-bit codes in ${dtype}`,
      attributes: { range: [low, high] },
      inputs: [{ ...float32, shape: [5, 13] }],
      outputs: [{ dtype, quantization: perTensor(Math.fround(0.09), high - 5) }],
      roundings: ['float'],
    };
  }),
  {
    name: 'int8 to 4-bit codes',
    attributes: { range: [-8, 7] },
    inputs: [{ ...int8(0.02, 5), shape: [3, 9] }],
    outputs: [int8(0.3, 1)],
  },
  ...[0, 1, 2, 3].map((axis): Case => ({
    name: `along axis ${axis}`,
    attributes: {},
    inputs: [{ ...float32, shape: [3, 4, 5, 6] }],
    outputs: [{ dtype: 'int8', ...entries([3, 4, 5, 6], axis) }],
    roundings: ['float'],
  })),
  ...blocked.flatMap(({ shape, axis, blockSize }): Case[] => [
    {
      name: `[${shape.join(', ')}], blocks of ${blockSize} along axis ${axis}`,
      attributes: {},
      inputs: [{ ...float32, shape }],
      outputs: [{ dtype: 'int8', ...entries(shape, axis, blockSize) }],
      roundings: ['float'],
    },
    {
      name: `[${shape.join(', ')}], 16-bit codes in blocks of ${blockSize} along axis ${axis}`,
      attributes: { range: codes16 },
      inputs: [{ ...float32, shape }],
      outputs: [{ dtype: 'int32', ...entries(shape, axis, blockSize) }],
    },
  ]),
  ...[[1], [6, 5], [2, 9, 9, 16]].map((shape): Case => ({
    name: `at random [${shape.join(', ')}]`,
    attributes: {},
    inputs: [{ ...float32, shape }, seed],
    outputs: [int8(0.011, -7)],
    roundings: ['float'],
  })),
  {
    name: 'at random, delicate numbers, as 16-bit codes',
    attributes: { range: codes16 },
    inputs: [{ ...float32, shape: [3851], data: delicateNumbers(Math.fround(0.1), 17) }, seed],
    outputs: [{ dtype: 'int32', quantization: perTensor(Math.fround(0.1), 17) }],
  },
  {
    name: 'at random, in blocks, a seed that each run brings',
    attributes: { range: [-8, 7] },
    inputs: [
      { ...float32, shape: [7, 10] },
      { dtype: 'int32', shape: [], data: [2 ** 31 - 1] },
    ],
    outputs: [{ dtype: 'int8', ...entries([7, 10], 1, 4, true) }],
    roundings: ['float'],
  },
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

describe('stochastic rounding', () => {
  const run = (data: readonly number[], seedValue: number): number[] => {
    const type = { ...float32, shape: [data.length] };
    const seedType = { dtype: 'int32', shape: [1] } as const;
    const context = {
      name: 'q',
      attributes: {},
      inputs: [type, seedType],
      constants: [],
      outputs: [{ ...int8(0.5, 3), shape: type.shape }],
      rounding: 'float' as const,
    };
    const inputs = [
      { ...type, data: Float32Array.from(data) },
      { ...seedType, data: Int32Array.of(seedValue) },
    ];
    return [...quantize.reference(context, inputs)[0].data];
  };

  test('gives one of the two neighbours, and on average the number', () => {
    for (const real of [0.1, 0.25, -0.4, 3.3, -7.49]) {
      const count = 20_000;
      const codes = run(
        Array.from({ length: count }, () => real),
        11,
      ).map((code) => code - 3);
      const steps = real / 0.5;
      expect(new Set(codes)).toEqual(new Set([Math.floor(steps), Math.ceil(steps)]));
      const mean = codes.reduce((sum, code) => sum + code, 0) / count;
      const fraction = steps - Math.floor(steps);
      // Five standard deviations of a binomial mean.
      expect(Math.abs(mean - steps)).toBeLessThan(5 * Math.sqrt((fraction * (1 - fraction)) / count));
    }
  });

  test('a seed replays, another gives other codes; whole steps are not rounded', () => {
    const data = Array.from({ length: 200 }, (_, index) => index / 100);
    expect(run(data, 1)).toEqual(run(data, 1));
    expect(run(data, 1)).not.toEqual(run(data, 2));
    expect(run([-1, 0, 0.5, 2, 1000, -1000, NaN], 5)).toEqual([1, 3, 4, 7, 127, -128, 3]);
  });

  test('of a code a stochastic one step up', () => {
    // The first four numbers of seed 1 by the generator itself.
    const random = createRandom(1);
    const expected = [0.3, 0.6, 0.2, 0.9].map((fraction) => (random.uniform() < Math.fround(fraction) ? 1 : 0));
    expect(run([0.15, 0.3, 0.1, 0.45], 1).map((code) => code - 3)).toEqual(expected);
  });
});

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

  test('in blocks: each place of the other axes has scales of its own', () => {
    const output = {
      dtype: 'int8',
      quantization: { scales: [1, 10, 2, 20], zeroPoints: [0, 1, 2, 3], axis: 0, blockSize: 2 },
    };
    const data = Float32Array.of(4, 40, 5, 50, 6, 60);
    const [y] = quantize.reference(context(output, [3, 2]), [{ ...float32, shape: [3, 2], data }]);
    expect([...y.data]).toEqual([4, 5, 5, 6, 5, 6]);
  });

  test.each([
    [int8(1, 0), [-200, 0], 'int8 takes integers from -128 to 127'],
    [int8(1, 0), [3, 2], 'the range of codes is 3 to 2'],
    [int8(1, 0), [0.5, 2], 'the range of codes is 0.5 to 2'],
    [
      { dtype: 'int32', quantization: perTensor(1, 4) },
      undefined,
      'int32 with zero points takes integers from -536870912 to 536870912',
    ],
  ])('refuses ranges: %o, %o', (output, range, message) => {
    const refused = { ...(context(output, [1]) as object), attributes: { range } } as never;
    expect(() => quantize.reference(refused, [{ ...float32, shape: [1], data: Float32Array.of(1) }])).toThrow(message);
  });

  test('refuses seeds', () => {
    const infer = (dtype: 'int32' | 'float32', shape: readonly number[]): unknown =>
      quantize.inferShape({
        name: 'q',
        attributes: {},
        inputs: [
          { ...float32, shape: [3] },
          { dtype, shape },
        ],
        constants: [],
      });
    expect(infer('int32', [1, 1])).toEqual([[3]]);
    expect(() => infer('int32', [2])).toThrow('its seed is int32 [2]. It must be one int32');
    expect(() => infer('float32', [1])).toThrow('its seed is float32 [1]');
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
