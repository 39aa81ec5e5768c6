import { matmul, type MatmulAttributes } from '../../src/ops/matmul.ts';
import { perTensor } from '../../src/tensor/quantization.ts';
import type { Rounding } from '../../src/tensor/requantize.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const every: readonly Rounding[] = ['float', 'tflite-single', 'tflite-double'];

function int8(
  x: readonly number[],
  outputs: number,
  roundings: readonly Rounding[] = ['float'],
): OpCase<MatmulAttributes> {
  const products = x[x.length - 1];
  return {
    name: `int8 [${x.join(', ')}] by [${outputs}, ${products}]`,
    attributes: { activation: 'none' },
    inputs: [
      { dtype: 'int8', shape: x, quantization: perTensor(Math.fround(0.05), 40) },
      {
        dtype: 'int8',
        shape: [outputs, products],
        quantization: {
          scales: Array.from({ length: outputs }, (_, n) => Math.fround(0.01 + 0.003 * (n % 4))),
          zeroPoints: Array.from({ length: outputs }, () => 0),
          axis: 0,
        },
        constant: true,
      },
      { dtype: 'int32', shape: [outputs], constant: true },
    ],
    outputs: [{ dtype: 'int8', quantization: perTensor(Math.fround(0.04 * Math.sqrt(products)), -3) }],
    roundings,
  };
}

function float(x: readonly number[], outputs: number): OpCase<MatmulAttributes> {
  const products = x[x.length - 1];
  return {
    name: `float [${x.join(', ')}] by [${outputs}, ${products}]`,
    attributes: { activation: 'relu' },
    inputs: [
      { dtype: 'float32', shape: x },
      { dtype: 'float32', shape: [outputs, products], constant: true },
    ],
    outputs: [{ dtype: 'float32' }],
    length: products,
  };
}

testOp(matmul, [
  int8([1, 1], 1),
  int8([1, 640], 128, every),
  int8([1, 64], 10),
  int8([5], 3),
  int8([7, 31], 33),
  int8([2, 3, 16], 8),
  int8([16, 1037], 17),
  float([1, 640], 128),
  float([7, 31], 33),
  float([2, 3, 16], 8),
]);
