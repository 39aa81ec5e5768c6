import { expect, test } from 'vitest';
import { sigmoid } from '../../src/ops/sigmoid.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const shapes = [[1], [2, 5], [2, 2, 2, 7], [65, 4], [1, 1, 256]];
const everyCode = Array.from({ length: 256 }, (_, index) => index - 128);

testOp(
  sigmoid,
  [
    { label: 'float', input: float32, output: float32, range: [-20, 20] as const },
    { label: 'far from zero', input: float32, output: float32, range: [-200, 200] as const },
    { label: 'int8', input: int8(0.05, 3), output: int8(1 / 256, -128) },
    { label: 'uint8', input: uint8(0.05, 131), output: uint8(1 / 256) },
  ].flatMap(({ label, input, output, range }) =>
    shapes.map((shape) => ({
      name: `${label} [${shape.join(', ')}]`,
      attributes: {},
      inputs: [
        { ...input, shape, range, data: shape.at(-1) === 256 && input.dtype === 'int8' ? everyCode : undefined },
      ],
      outputs: [output],
    })),
  ),
);

test('codes of sigmoid, by hand', () => {
  const input = { ...int8(1), shape: [4] };
  const context = {
    name: 'sigmoid',
    attributes: {},
    inputs: [input],
    constants: [undefined],
    outputs: [{ ...int8(1 / 256, -128), shape: [4] }],
    rounding: 'float' as const,
  };
  // 0, 0.5, 0.731059 · 256 = 187.15, and 1 saturates at 255/256.
  const [y] = sigmoid.reference(context, [{ ...input, data: Int8Array.of(-128, 0, 1, 127) }]);
  expect([...y.data]).toEqual([-128, 0, 187 - 128, 127]);
});
