import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { layerNorm, type LayerNormAttributes } from '../../src/ops/layer-norm.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { float32 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

function opCase(
  shape: Shape,
  inputs: readonly ('scale' | 'bias')[],
  subtractsMean = true,
  range: readonly [number, number] = [-3, 2],
): OpCase<LayerNormAttributes> {
  const channels = shape.at(-1) ?? 1;
  const parameter = (name: 'scale' | 'bias') =>
    inputs.includes(name) ? { ...float32, shape: [channels], constant: name === 'bias' } : undefined;
  return {
    name: `[${shape.join(', ')}] ${inputs.join(', ')}, ${subtractsMean ? 'centered' : 'root mean square'}, ${range.join(' to ')}`,
    attributes: { epsilon: 1e-5, subtractsMean },
    inputs: [{ ...float32, shape, range }, parameter('scale'), parameter('bias')],
    outputs: [float32],
    length: channels,
  };
}

testOp(layerNorm, [
  opCase([3, 7], ['scale', 'bias']),
  opCase([2, 5, 64], ['scale', 'bias'], false),
  opCase([1, 1], []),
  opCase([9], ['bias']),
  opCase([130, 3], ['scale']),
  opCase([2, 1, 2, 3, 5], ['scale', 'bias']),
  opCase([3, 1021], []),
  opCase([2, 257], [], false),
  // A mean that is large beside the deviations.
  opCase([4, 33], [], true, [7.5, 8.5]),
]);

function run(attributes: Partial<LayerNormAttributes>, ...data: readonly (readonly number[] | undefined)[]): number[] {
  const inputs = data.map(
    (values): Tensor | undefined => values && { ...float32, shape: [values.length], data: Float32Array.from(values) },
  );
  const context = {
    name: 'norm',
    attributes: { epsilon: 0, subtractsMean: true, ...attributes },
    inputs,
    constants: [],
    rounding: 'float' as const,
  };
  const [shape] = layerNorm.inferShape(context);
  return [...layerNorm.reference({ ...context, outputs: [{ ...float32, shape }] }, inputs)[0].data];
}

test('by hand', () => {
  // Mean 5, deviations −3, −1, 1, 3: variance 5, and with ε = 4 a standard deviation of 3.
  expect(run({ epsilon: 4 }, [2, 4, 6, 8], [3, 3, 6, 6], [0, 1, 0, 1])).toEqual([-3, 0, 2, 7]);
  // Mean square 25.
  expect(run({ subtractsMean: false }, [1, 7], [5, 10])).toEqual([1, 14]);
});

test('rows have mean 0 and variance 1, whatever is added or multiplied', () => {
  const row = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(row, fc.integer({ min: 1, max: 9 }), fc.integer({ min: -50, max: 50 }), (values, factor, offset) => {
      fc.pre(new Set(values).size > 1);
      const y = run({}, values);
      const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
      const variance = y.reduce((sum, value) => sum + value ** 2, 0) / y.length;
      expect(mean).toBeCloseTo(0, 5);
      expect(variance).toBeCloseTo(1, 5);
      const moved = run(
        {},
        values.map((value) => value * factor + offset),
      );
      moved.forEach((value, index) => expect(value).toBeCloseTo(y[index], 5));
    }),
  );
});

test('what does not fit', () => {
  expect(() => run({}, [1, 2, 3], [1, 2])).toThrow(
    new ShapeError('layer-norm "norm": input 1 is [2], x is [3]. Give one number for each of its 3 channels.'),
  );
  expect(() => run({}, [1, 2, 3], undefined, [1])).toThrow(/input 2 is \[1\], x is \[3\]/);
  expect(() => run({ epsilon: -1 }, [1])).toThrow(/epsilon is -1/);
  expect(() => run({ epsilon: Number.NaN }, [1])).toThrow(/epsilon is NaN/);
});
