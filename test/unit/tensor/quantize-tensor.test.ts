import { expect, test } from 'vitest';
import { ShapeError } from '../../../src/errors.ts';
import { perTensor } from '../../../src/tensor/quantization.ts';
import { dequantizeTensor, quantizeTensor } from '../../../src/tensor/quantize-tensor.ts';
import type { Tensor, TensorType } from '../../../src/tensor/tensor.ts';

const reals: Tensor = { dtype: 'float32', shape: [2, 3], data: Float32Array.of(-1, 0.25, 0.75, 1.25, 100, -100) };

test('halves go to even codes, and codes saturate', () => {
  const type: TensorType = { dtype: 'int8', shape: [], quantization: perTensor(0.5, 3) };
  const codes = quantizeTensor(reals, type);
  expect(codes).toEqual({ ...type, shape: [2, 3], data: Int8Array.of(1, 3, 5, 5, 127, -128) });
  expect(Array.from(dequantizeTensor(codes).data)).toEqual([-1, 0, 1, 1, 62, -65.5]);
});

test('each index of the axis has its own scale', () => {
  const quantization = { scales: [1, 2, 4], zeroPoints: [0, 10, 20], axis: 1 };
  const codes = quantizeTensor(
    { ...reals, data: Float32Array.of(4, 4, 4, 8, 8, 8) },
    { dtype: 'uint8', shape: [], quantization },
  );
  expect(codes.data).toEqual(Uint8Array.of(4, 12, 21, 8, 14, 22));
  expect(Array.from(dequantizeTensor(codes).data)).toEqual([4, 4, 4, 8, 8, 8]);
  const rows = { scales: [1, 2], zeroPoints: [0, 0], axis: 0 };
  expect(Array.from(dequantizeTensor({ ...codes, quantization: rows }).data)).toEqual([4, 12, 21, 16, 28, 44]);
});

test('without quantization the elements are the reals', () => {
  const { data } = dequantizeTensor({ dtype: 'int32', shape: [2], data: Int32Array.of(-7, 9) });
  expect(data).toEqual(Float32Array.of(-7, 9));
});

test('refuses what has no codes', () => {
  const quantization = perTensor(1);
  expect(() => quantizeTensor(reals, { dtype: 'int8', shape: [] })).toThrow(ShapeError);
  expect(() => quantizeTensor(reals, { dtype: 'int32', shape: [], quantization })).toThrow(ShapeError);
  expect(() =>
    quantizeTensor(quantizeTensor(reals, { dtype: 'int8', shape: [], quantization }), {
      dtype: 'int8',
      shape: [],
      quantization,
    }),
  ).toThrow(/from int8/);
});
