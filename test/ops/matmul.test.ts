import { matmul, type MatmulAttributes } from '../../src/ops/matmul.ts';
import { perTensor } from '../../src/tensor/quantization.ts';
import type { Rounding } from '../../src/tensor/requantize.ts';
import { layerFormats } from '../support/layer-formats.ts';
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

function formats(x: readonly number[], outputs: number, leading: readonly number[]): OpCase<MatmulAttributes>[] {
  const products = x[x.length - 1];
  return layerFormats({
    name: `[${x.join(', ')}] by [${outputs}, ${products}]`,
    attributes: { activation: 'relu' },
    x,
    weights: [outputs, products],
    axis: 0,
    products,
    leading,
  });
}

/**
 * Sums around halves of a code, beyond 2²⁴ where float32 skips integers: a device that did not convert them to the
 * nearest float32, halves to even, would give another code.
 * @param products of −128 · 127 each; the bias moves their sum to where it is wanted
 */
function beyondFloat(products: number): OpCase<MatmulAttributes> {
  const unit = 2 ** 19;
  const wanted = [32, 33, 63, 64, 65, 100, 101, 126].flatMap((code) =>
    [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5].flatMap((offset) => {
      const sum = (code + 0.5) * unit + offset;
      return [sum, -sum];
    }),
  );
  const outputs = wanted.length;
  const fill = (length: number, value: number): number[] => Array.from({ length }, () => value);
  return {
    name: `int8 sums of ${products} products beyond 2^24`,
    attributes: { activation: 'none' },
    inputs: [
      { dtype: 'int8', shape: [1, products], quantization: perTensor(2 ** -10), data: fill(products, -128) },
      {
        dtype: 'int8',
        shape: [outputs, products],
        quantization: perTensor(2 ** -9),
        data: fill(outputs * products, 127),
        constant: true,
      },
      {
        dtype: 'int32',
        shape: [outputs],
        data: wanted.map((sum) => sum + products * 128 * 127),
        constant: true,
      },
    ],
    outputs: [{ dtype: 'int8', quantization: perTensor(1) }],
    roundings: ['float'],
  };
}

/** Weights that are computed; the bias is a constant still. */
function computed(opCase: OpCase<MatmulAttributes>): OpCase<MatmulAttributes> {
  const inputs = opCase.inputs.map((input, index) => (index === 1 ? { ...input!, constant: false } : input));
  return { ...opCase, name: `${opCase.name}, computed weights`, inputs };
}

testOp(matmul, [
  computed(int8([2, 3, 16], 9)),
  computed(int8([7, 1037], 33)),
  computed(float([7, 31], 33)),
  beyondFloat(2000),
  beyondFloat(3),
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
  ...formats([7, 31], 33, [1, 0]),
  ...formats([2, 3, 5, 16], 8, [3, 2]),
]);
