import { describe, expect, test } from 'vitest';
import {
  localResponseNormalization,
  type LocalResponseNormalizationAttributes,
} from '../../src/ops/local-response-normalization.ts';
import { float32, int8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const shapes = [[], [1], [2, 3], [3, 12], [65, 4], [2, 3, 5, 21], [1, 2, 1, 2, 70]];

testOp(
  localResponseNormalization,
  [
    { radius: 5, bias: 1, alpha: 1, beta: 0.5 },
    { radius: 2, bias: 1, alpha: 2e-5, beta: 0.75 },
    { radius: 0, bias: 0.5, alpha: 3, beta: 1 },
    { radius: 2 ** 31 - 1, bias: 2, alpha: 0.1, beta: -0.5 },
  ].flatMap((attributes) =>
    shapes.map((shape) => ({
      name: `${JSON.stringify(attributes)} [${shape.join(', ')}]`,
      attributes,
      inputs: [{ ...float32, shape, range: [-4, 4] as const }],
      outputs: [float32],
    })),
  ),
);

const node = { name: 'l', constants: [], rounding: 'float' as const };

function run(data: readonly number[], attributes: LocalResponseNormalizationAttributes): number[] {
  const x = { ...float32, shape: [1, data.length], data: Float32Array.from(data) };
  return [...localResponseNormalization.reference({ ...node, attributes, inputs: [x], outputs: [x] }, [x])[0].data];
}

// What TensorFlow Lite's own tests expect of the same input.
describe('local-response-normalization reference', () => {
  const input = [-1.1, 0.6, 0.7, 1.2, -0.7, 0.1];

  test.each<[string, LocalResponseNormalizationAttributes, number[]]>([
    ['as l2 normalization', { radius: 20, bias: 0, alpha: 1, beta: 0.5 }, [-0.55, 0.3, 0.35, 0.6, -0.35, 0.05]],
    ['with alpha', { radius: 20, bias: 0, alpha: 4, beta: 0.5 }, [-0.275, 0.15, 0.175, 0.3, -0.175, 0.025]],
    ['with bias', { radius: 20, bias: 9, alpha: 4, beta: 0.5 }, [-0.22, 0.12, 0.14, 0.24, -0.14, 0.02]],
    [
      'with a small radius',
      { radius: 2, bias: 9, alpha: 4, beta: 0.5 },
      [-0.264926, 0.125109, 0.140112, 0.267261, -0.161788, 0.0244266],
    ],
  ])('%s', (_name, attributes, expected) => {
    run(input, attributes).forEach((value, index) => expect(value).toBeCloseTo(expected[index], 5));
  });

  test('what cannot be is refused', () => {
    const attributes = { radius: -1, bias: 1, alpha: 1, beta: 1 };
    const inputs = [{ ...float32, shape: [2] }];
    const infer = (change: object) => () =>
      localResponseNormalization.inferShape({ ...node, inputs, attributes: { ...attributes, ...change } });
    expect(infer({})).toThrow(/"radius":-1.*Use a radius from 0/);
    expect(infer({ radius: 1, alpha: NaN })).toThrow(/finite numbers/);
    const x = { ...int8(1), shape: [2], data: Int8Array.of(1, 2) };
    const context = { ...node, attributes: { ...attributes, radius: 1 }, inputs: [x], outputs: [x] };
    expect(() => localResponseNormalization.reference(context, [x])).toThrow(/int8 to int8\. Dequantize/);
  });
});
