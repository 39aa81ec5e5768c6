import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { dynamicQuantize, type DynamicQuantizeAttributes } from '../../src/ops/dynamic-quantize.ts';
import { dynamicCode } from '../../src/ops/lib/dynamic-scale.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { float32 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

type Case = OpCase<DynamicQuantizeAttributes>;

/** Numbers around every place where a code begins, for one scale. */
function around(inverse: number, zeroPoint: number): number[] {
  const numbers = [0, -0, 1e-45, -1e-45, 1e30, -1e30, Infinity, -Infinity, NaN];
  const float = new Float32Array(1);
  const bits = new Int32Array(float.buffer);
  for (let code = -129; code <= 128; code++) {
    float[0] = (code + 0.5 - zeroPoint) / inverse;
    const middle = bits[0];
    for (let step = -3; step <= 3; step++) {
      bits[0] = middle + step;
      numbers.push(float[0]);
    }
  }
  return numbers;
}

const scales = [
  [63.5, 0],
  [1, 0],
  [1, -128],
  [17.003, -128],
  [0.3331, 127],
  [255.7, -1],
  [1e-20, 3],
  [2 ** 118, 64],
  [12.75, 1],
  [3.1, -57],
] as const;

const delicate = scales.map(([inverse, zeroPoint]) => around(Math.fround(inverse), zeroPoint));

function drawn(shape: readonly number[], leading: number): Case {
  const random = createRandom(shape.length);
  const kept = shape.slice(0, leading);
  const count = kept.reduce((product, size) => product * size, 1);
  const data = Array.from({ length: count }, () => {
    const scale = Math.fround(random.uniform(0.005, 0.02));
    return [scale, Math.fround(1 / scale), random.integer(256) - 128];
  }).flat();
  return {
    name: `[${shape.join(', ')}], scales [${[...kept, 3].join(', ')}]`,
    attributes: {},
    inputs: [
      { ...float32, shape, range: [-2, 2] },
      { ...float32, shape: [...kept, 3], data },
    ],
    outputs: [{ dtype: 'int8' }],
    roundings: ['float'],
  };
}

testOp(dynamicQuantize, [
  {
    name: 'delicate numbers',
    attributes: {},
    inputs: [
      { ...float32, shape: [scales.length, delicate[0].length], data: delicate.flat() },
      {
        ...float32,
        shape: [scales.length, 3],
        data: scales.flatMap(([inverse, zeroPoint]) => [1 / inverse, inverse, zeroPoint]),
      },
    ],
    outputs: [{ dtype: 'int8' }],
    roundings: ['float'],
  },
  drawn([1], 0),
  drawn([7], 0),
  drawn([5, 33], 1),
  drawn([2, 3, 20], 2),
  drawn([2, 9, 9, 6], 1),
  drawn([2, 9, 9, 6], 0),
  drawn([2, 3, 2, 3, 5], 3),
]);

describe('dynamic codes', () => {
  test('halves go away from zero, of the sum with the zero point', () => {
    const code = (value: number, inverse: number, zeroPoint: number): number =>
      dynamicCode(value, { scale: 1 / inverse, inverse, zeroPoint });
    expect([0.5, 1.5, -0.5, -1.5, 2.49].map((value) => code(value, 1, 0))).toEqual([1, 2, -1, -2, 2]);
    // 0.5 − 1 and −0.5 + 1.
    expect(code(0.5, 1, -1)).toBe(-1);
    expect(code(-0.5, 1, 1)).toBe(1);
    // 100 + 0.49999997 is 100.5 in float32.
    expect(code(Math.fround(0.49999997), 1, 100)).toBe(101);
    expect(code(Math.fround(0.49999997), 1, 0)).toBe(0);
  });

  test('is the nearest code but for what float32 rounds', () => {
    fc.assert(
      fc.property(
        fc.float({ min: -300, max: 300, noNaN: true }),
        fc.integer({ min: -128, max: 127 }),
        (value, zeroPoint) => {
          const code = dynamicCode(value, { scale: 1, inverse: 1, zeroPoint });
          expect(Math.abs(code - zeroPoint - value)).toBeLessThanOrEqual(0.5 + 2 ** -15);
        },
      ),
    );
  });

  test('refuses scales of other axes', () => {
    const context = { name: 'q', attributes: {}, constants: [undefined, undefined] };
    const infer = (x: readonly number[], shape: readonly number[]): unknown =>
      dynamicQuantize.inferShape({
        ...context,
        inputs: [
          { ...float32, shape: x },
          { ...float32, shape },
        ],
      });
    expect(() => infer([4, 5], [5, 3])).toThrow(ShapeError);
    expect(() => infer([4, 5], [4, 5, 3])).toThrow('at most 1 of its first axes');
    expect(() => infer([4, 5], [4, 2])).toThrow('Make them with dynamic-scale');
    expect(infer([4, 5], [3])).toEqual([[4, 5]]);
  });
});
