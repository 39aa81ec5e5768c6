import { depthwiseConv2d, type DepthwiseConv2dAttributes } from '../../src/ops/depthwise-conv2d.ts';
import { perTensor, type Quantization } from '../../src/tensor/quantization.ts';
import type { Rounding } from '../../src/tensor/requantize.ts';
import { layerFormats } from '../support/layer-formats.ts';
import { type CaseInput, type OpCase, testOp } from '../support/test-op.ts';

interface Sizes {
  /** [N, H, W, C] */
  readonly x: readonly number[];
  /** [kH, kW] */
  readonly kernel: readonly [number, number];
  readonly multiplier?: number;
  readonly attributes?: Partial<DepthwiseConv2dAttributes>;
  readonly roundings?: readonly Rounding[];
  /** Per tensor with this zero point; per channel and symmetric by default. */
  readonly weightZeroPoint?: number;
}

const plain: DepthwiseConv2dAttributes = {
  strides: [1, 1],
  dilations: [1, 1],
  padding: [0, 0, 0, 0],
  activation: 'none',
};
const same3x3 = { padding: [1, 1, 1, 1] as const };
const every: readonly Rounding[] = ['float', 'tflite-single', 'tflite-double'];

function weightsShape({ x, kernel, multiplier = 1 }: Sizes): readonly number[] {
  return [1, ...kernel, x[3] * multiplier];
}

function int8(name: string, sizes: Sizes): OpCase<DepthwiseConv2dAttributes> {
  const shape = weightsShape(sizes);
  const channels = shape[3];
  const quantization: Quantization =
    sizes.weightZeroPoint === undefined
      ? {
          scales: Array.from({ length: channels }, (_, o) => Math.fround(0.01 * (1 + (o % 5) / 5))),
          zeroPoints: Array.from({ length: channels }, () => 0),
          axis: 3,
        }
      : perTensor(Math.fround(0.01), sizes.weightZeroPoint);
  const inputs: CaseInput[] = [
    { dtype: 'int8', shape: sizes.x, quantization: perTensor(Math.fround(0.02), 31) },
    { dtype: 'int8', shape, quantization, constant: true },
    { dtype: 'int32', shape: [channels], constant: true },
  ];
  const scale = Math.fround(Math.sqrt(shape[1] * shape[2]) * 0.02 * 0.01 * 74 * 74 * 0.02);
  return {
    name: `int8 ${name}`,
    attributes: { ...plain, ...sizes.attributes },
    inputs,
    outputs: [{ dtype: 'int8', quantization: perTensor(scale, -5) }],
    roundings: sizes.roundings ?? ['float'],
  };
}

function float(name: string, sizes: Sizes): OpCase<DepthwiseConv2dAttributes> {
  const shape = weightsShape(sizes);
  return {
    name: `float ${name}`,
    attributes: { ...plain, ...sizes.attributes },
    inputs: [
      { dtype: 'float32', shape: sizes.x },
      { dtype: 'float32', shape, constant: true },
      { dtype: 'float32', shape: [shape[3]], constant: true },
    ],
    outputs: [{ dtype: 'float32' }],
    length: shape[1] * shape[2],
  };
}

const sizes: Record<string, Sizes> = {
  '3x3 same': { x: [1, 5, 7, 8], kernel: [3, 3], attributes: same3x3, roundings: every },
  '3x3 same, batch 2, a whole tile wide': { x: [2, 4, 8, 12], kernel: [3, 3], attributes: same3x3 },
  '3x3 strided': { x: [1, 9, 10, 5], kernel: [3, 3], attributes: { strides: [2, 2], padding: [0, 0, 1, 1] } },
  '3x3 strides 1 and 2': { x: [1, 6, 9, 3], kernel: [3, 3], attributes: { strides: [1, 2], padding: [1, 1, 1, 1] } },
  '3x3 strided by 3': { x: [1, 9, 12, 4], kernel: [3, 3], attributes: { strides: [3, 3] } },
  '3x3 dilated': { x: [1, 8, 9, 6], kernel: [3, 3], attributes: { dilations: [2, 2], padding: [2, 2, 2, 2] } },
  '5x5': { x: [1, 7, 6, 9], kernel: [5, 5], attributes: { padding: [2, 2, 2, 2] } },
  '1x1': { x: [1, 2, 3, 4], kernel: [1, 1] },
  'one column, strided': { x: [1, 49, 10, 4], kernel: [10, 1], attributes: { strides: [2, 2], padding: [4, 0, 5, 0] } },
  'multiplier 2': { x: [1, 5, 4, 3], kernel: [3, 3], multiplier: 2, attributes: same3x3 },
  'multiplier 8 of one channel': { x: [1, 6, 5, 1], kernel: [3, 3], multiplier: 8, attributes: same3x3 },
  'asymmetric weights': { x: [1, 5, 5, 6], kernel: [3, 3], attributes: same3x3, weightZeroPoint: -128 },
  'asymmetric weights, multiplier 3': { x: [1, 4, 4, 2], kernel: [3, 3], multiplier: 3, weightZeroPoint: 77 },
  'a kernel beyond 1024 products': { x: [1, 33, 34, 4], kernel: [33, 33] },
  'an asymmetric kernel beyond 514 products': { x: [1, 24, 25, 4], kernel: [24, 24], weightZeroPoint: 127 },
  relu: { x: [1, 4, 4, 8], kernel: [3, 3], attributes: { ...same3x3, activation: 'relu' }, roundings: every },
};
for (const channels of [1, 2, 7, 16, 33]) {
  sizes[`3x3, ${channels} channels`] = { x: [1, 3, channels, channels], kernel: [3, 3], attributes: same3x3 };
}

testOp(depthwiseConv2d, [
  ...Object.entries(sizes).map(([name, size]) => int8(name, size)),
  ...Object.entries(sizes).map(([name, size]) => float(name, size)),
  ...['3x3 same, batch 2, a whole tile wide', 'multiplier 2'].flatMap((name) => {
    const { x, attributes } = sizes[name];
    const weights = weightsShape(sizes[name]);
    return layerFormats({
      name,
      attributes: { ...plain, ...attributes },
      x,
      weights,
      axis: 3,
      products: weights[1] * weights[2],
      leading: [1],
    });
  }),
]);
