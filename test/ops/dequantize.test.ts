import { expect, test } from 'vitest';
import { dequantize, type DequantizeAttributes } from '../../src/ops/dequantize.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type CaseInput, type OpCase, testOp } from '../support/test-op.ts';

function perChannel(shape: readonly number[], axis: number): CaseInput {
  const indices = Array.from({ length: shape[axis] }, (_, index) => index);
  return {
    dtype: 'int8',
    shape,
    quantization: {
      scales: indices.map((index) => Math.fround(0.01 * (index + 1))),
      zeroPoints: indices.map((index) => (index * 37) % 100),
      axis,
    },
  };
}

const inputs: readonly CaseInput[] = [
  ...[[1], [3], [2, 3, 3, 3], [65, 4], [2, 9, 9, 16], []].flatMap((shape) => [
    { ...int8(0.037, -5), shape },
    { ...uint8(1e-6, 200), shape },
  ]),
  ...[0, 1, 2, 3].flatMap((axis) => [perChannel([2, 3, 5, 6], axis), perChannel([3, 4, 2, 8], axis)]),
];

testOp(
  dequantize,
  inputs.map((input): OpCase<DequantizeAttributes> => ({
    name: `${input.dtype} [${input.shape.join(', ')}] axis ${input.quantization?.axis ?? 'none'}`,
    attributes: {},
    inputs: [input],
    outputs: [float32],
  })),
);

test('real numbers of codes, by hand', () => {
  const input = {
    dtype: 'int8',
    shape: [2, 2],
    quantization: { scales: [0.5, 2], zeroPoints: [1, -1], axis: 1 },
  } as const;
  const context = {
    name: 'dequantize',
    attributes: {},
    inputs: [input],
    constants: [undefined],
    outputs: [{ ...float32, shape: [2, 2] }],
    rounding: 'float' as const,
  };
  const [y] = dequantize.reference(context, [{ ...input, data: Int8Array.of(1, -1, 5, 127) }]);
  expect([...y.data]).toEqual([0, 0, 2, 256]);
});
