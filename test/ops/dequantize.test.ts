import { expect, test } from 'vitest';
import { dequantize, type DequantizeAttributes } from '../../src/ops/dequantize.ts';
import { entryCount, perTensor } from '../../src/tensor/quantization.ts';
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

function blocks(shape: readonly number[], axis: number, blockSize: number): CaseInput {
  const count = entryCount({ axis, blockSize }, shape);
  const scales = Array.from({ length: count }, (_, index) => Math.fround(0.01 * (index + 1)));
  const zeroPoints = scales.map((_, index) => ((index * 37) % 100) - 50);
  return { dtype: 'int8', shape, quantization: { scales, zeroPoints, axis, blockSize } };
}

const inputs: readonly CaseInput[] = [
  blocks([9, 7], 0, 4),
  blocks([9, 7], 1, 3),
  blocks([2, 3, 8], 2, 32),
  blocks([3, 5, 2, 6], 1, 2),
  blocks([2, 4, 5, 3], 2, 5),
  blocks([2, 2, 3, 3, 5], 0, 1),
  { ...blocks([6, 5], 0, 2), dtype: 'int32', range: [-32768, 32767] },
  { dtype: 'int32', shape: [3, 7], quantization: perTensor(Math.fround(1e-3), 300), range: [-32768, 32767] },
  { dtype: 'int32', shape: [4, 9], quantization: perTensor(Math.fround(0.1)), range: [-(2 ** 31), 2 ** 31 - 1] },
  { dtype: 'float16', shape: [3, 5], range: [-60000, 60000] },
  {
    dtype: 'float16',
    shape: [9],
    data: [0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x7bff, 0x8000, 0x0000, 0xfbff],
  },
  ...[[1], [3], [2, 3, 3, 3], [65, 4], [2, 9, 9, 16], []].flatMap((shape) => [
    { ...int8(0.037, -5), shape },
    { ...uint8(1e-6, 200), shape },
  ]),
  ...[0, 1, 2, 3].flatMap((axis) => [perChannel([2, 3, 5, 6], axis), perChannel([3, 4, 2, 8], axis)]),
];

testOp(
  dequantize,
  inputs.map((input): OpCase<DequantizeAttributes> => ({
    name: `${input.dtype} [${input.shape.join(', ')}] axis ${input.quantization?.axis ?? 'none'}, blocks ${input.quantization?.blockSize ?? 'none'}`,
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
