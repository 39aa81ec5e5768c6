import { expect, test } from 'vitest';
import { relu, type ReluAttributes } from '../../src/ops/relu.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const shapes = [[1], [3], [2, 5], [2, 2, 2, 7], [65, 4], [2, 9, 9, 16]];
const activations = ['relu', 'relu6', 'relu-0-to-1', 'relu-n1-to-1'] as const;

function cases(
  label: string,
  input: OpCase<ReluAttributes>['outputs'][number],
  output = input,
  range?: [number, number],
) {
  return shapes.flatMap((shape) =>
    activations.map((activation) => ({
      name: `${label}: ${activation} of [${shape.join(', ')}]`,
      attributes: { activation },
      inputs: [{ ...input, shape, range }],
      outputs: [output],
    })),
  );
}

testOp(relu, [
  ...cases('float', float32, float32, [-10, 10]),
  ...cases('int8', int8(0.1, 10)),
  ...cases('int8 to a smaller scale', int8(0.1, 10), int8(0.0237, -128)),
  ...cases('uint8', uint8(0.1, 100), uint8(0.05, 0)),
]);

test('codes of relu, by hand', () => {
  const input = { ...int8(0.5, 2), shape: [4] };
  const context = {
    name: 'relu',
    attributes: { activation: 'relu' as const },
    inputs: [input],
    constants: [undefined],
    outputs: [{ ...int8(1, -128), shape: [4] }],
    rounding: 'float' as const,
  };
  // Real numbers −3, 0, 1.5, 2.5; halves go to even codes, and −128 is 0.
  const [y] = relu.reference(context, [{ ...input, data: Int8Array.of(-4, 2, 5, 7) }]);
  expect([...y.data]).toEqual([-128, -128, -126, -126]);
});
