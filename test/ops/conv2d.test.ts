import { conv2d, type Conv2dAttributes } from '../../src/ops/conv2d.ts';
import { perTensor, type Quantization } from '../../src/tensor/quantization.ts';
import type { Rounding } from '../../src/tensor/requantize.ts';
import { layerFormats } from '../support/layer-formats.ts';
import type { CaseInput, OpCase } from '../support/test-op.ts';
import { testOp } from '../support/test-op.ts';

const plain: Conv2dAttributes = {
  strides: [1, 1],
  dilations: [1, 1],
  padding: [0, 0, 0, 0],
  groups: 1,
  activation: 'none',
};

interface Sizes {
  /** [N, H, W, C] */
  readonly x: readonly number[];
  readonly outChannels: number;
  /** [kH, kW] */
  readonly kernel: readonly [number, number];
  readonly attributes?: Partial<Conv2dAttributes>;
  readonly roundings?: readonly Rounding[];
}

interface Int8Case extends Sizes {
  readonly hasBias?: boolean;
  /** Per tensor, with this zero point; per channel with scales that differ by default. */
  readonly weightZeroPoint?: number;
  readonly inputZeroPoint?: number;
}

function weightsShape({ x, outChannels, kernel, attributes }: Sizes): readonly number[] {
  return [outChannels, ...kernel, x[3] / (attributes?.groups ?? 1)];
}

/** A scale of the output that spreads random sums over most codes. */
function outputScale(products: number): number {
  return Math.fround(Math.sqrt(products) * 0.02 * 0.01 * 74 * 74 * 0.02);
}

function int8(name: string, sizes: Int8Case): OpCase<Conv2dAttributes> {
  const shape = weightsShape(sizes);
  const [outChannels] = shape;
  const products = shape.slice(1).reduce((a, b) => a * b, 1);
  const weightsQuantization: Quantization =
    sizes.weightZeroPoint === undefined
      ? {
          scales: Array.from({ length: outChannels }, (_, o) => Math.fround(0.01 * (1 + (o % 7) / 7))),
          zeroPoints: Array.from({ length: outChannels }, () => 0),
          axis: 0,
        }
      : perTensor(Math.fround(0.01), sizes.weightZeroPoint);
  const inputs: CaseInput[] = [
    { dtype: 'int8', shape: sizes.x, quantization: perTensor(Math.fround(0.02), sizes.inputZeroPoint ?? -17) },
    { dtype: 'int8', shape, quantization: weightsQuantization, constant: true },
  ];
  if (sizes.hasBias ?? true) inputs.push({ dtype: 'int32', shape: [outChannels], constant: true });
  return {
    name: `int8 ${name}`,
    attributes: { ...plain, ...sizes.attributes },
    inputs,
    outputs: [{ dtype: 'int8', quantization: perTensor(outputScale(products), 9) }],
    roundings: sizes.roundings ?? ['float'],
  };
}

function float(name: string, sizes: Sizes): OpCase<Conv2dAttributes> {
  const shape = weightsShape(sizes);
  return {
    name: `float ${name}`,
    attributes: { ...plain, ...sizes.attributes },
    inputs: [
      { dtype: 'float32', shape: sizes.x },
      { dtype: 'float32', shape, constant: true },
      { dtype: 'float32', shape: [shape[0]], constant: true },
    ],
    outputs: [{ dtype: 'float32' }],
    length: shape.slice(1).reduce((a, b) => a * b, 1),
  };
}

const same3x3 = { padding: [1, 1, 1, 1] as const };
const every: readonly Rounding[] = ['float', 'tflite-single', 'tflite-double'];

const sizes: Record<string, Int8Case> = {
  '1x1, one pixel': { x: [1, 1, 1, 4], outChannels: 4, kernel: [1, 1], roundings: every },
  '1x1, below a tile': { x: [1, 1, 3, 8], outChannels: 16, kernel: [1, 1] },
  '1x1, a whole tile': { x: [1, 2, 4, 16], outChannels: 16, kernel: [1, 1] },
  '1x1, above a tile': { x: [1, 3, 3, 20], outChannels: 20, kernel: [1, 1], roundings: every },
  '1x1 strided': { x: [2, 7, 5, 12], outChannels: 8, kernel: [1, 1], attributes: { strides: [2, 2] } },
  '3x3 same, 3 channels, strided': {
    x: [1, 12, 10, 3],
    outChannels: 8,
    kernel: [3, 3],
    attributes: { strides: [2, 2], padding: [0, 0, 1, 1] },
    roundings: every,
  },
  '3x3 same, batch 2': { x: [2, 5, 6, 8], outChannels: 12, kernel: [3, 3], attributes: same3x3 },
  '3x3 dilated': {
    x: [1, 9, 8, 5],
    outChannels: 7,
    kernel: [3, 3],
    attributes: { dilations: [2, 3], padding: [2, 3, 2, 3] },
  },
  '5x3, uneven padding and strides': {
    x: [1, 9, 11, 6],
    outChannels: 10,
    kernel: [5, 3],
    attributes: { strides: [3, 2], padding: [4, 0, 1, 2] },
  },
  'padding beyond the kernel': {
    x: [1, 2, 2, 4],
    outChannels: 4,
    kernel: [1, 1],
    attributes: { padding: [2, 1, 0, 3] },
  },
  'groups of whole quads': { x: [1, 4, 5, 16], outChannels: 32, kernel: [3, 3], attributes: { ...same3x3, groups: 2 } },
  'groups that split quads': {
    x: [1, 4, 4, 9],
    outChannels: 15,
    kernel: [3, 3],
    attributes: { ...same3x3, groups: 3 },
  },
  'a group for each channel': { x: [1, 4, 4, 7], outChannels: 7, kernel: [2, 2], attributes: { groups: 7 } },
  'no bias': { x: [1, 4, 4, 4], outChannels: 4, kernel: [2, 2], hasBias: false },
  'asymmetric weights': { x: [1, 5, 5, 6], outChannels: 9, kernel: [3, 3], attributes: same3x3, weightZeroPoint: 23 },
  'asymmetric weights in groups': {
    x: [1, 5, 5, 6],
    outChannels: 6,
    kernel: [3, 3],
    attributes: { ...same3x3, groups: 2 },
    weightZeroPoint: -128,
    inputZeroPoint: -128,
  },
  'asymmetric weights, long': { x: [1, 1, 3, 1290], outChannels: 4, kernel: [1, 1], weightZeroPoint: 127 },
  'sums beyond 1024 products': { x: [1, 3, 3, 300], outChannels: 4, kernel: [3, 3], attributes: same3x3 },
  'a tap beyond 1024 products': { x: [1, 1, 9, 2300], outChannels: 16, kernel: [1, 1], inputZeroPoint: 127 },
  'a tap of many chunks': { x: [1, 1, 2, 5003], outChannels: 5, kernel: [1, 1] },
  relu6: { x: [1, 4, 4, 8], outChannels: 8, kernel: [1, 1], attributes: { activation: 'relu6' }, roundings: every },
};
for (const channels of [1, 2, 7, 17, 33]) {
  sizes[`3x3, ${channels} to ${34 - channels} channels`] = {
    x: [1, 3, 5, channels],
    outChannels: 34 - channels,
    kernel: [3, 3],
    attributes: same3x3,
  };
}
/** Channels of the input and of the output in each group, and how many groups. */
for (const [groupIn, groupOut, groups] of [
  [1, 3, 5],
  [2, 1, 6],
  [3, 2, 4],
  [5, 5, 3],
  [6, 4, 2],
  [9, 1, 2],
]) {
  sizes[`${groups} groups of ${groupIn} to ${groupOut} channels`] = {
    x: [1, 2, 3, groupIn * groups],
    outChannels: groupOut * groups,
    kernel: [1, 2],
    attributes: { groups },
  };
}

/** Every product is −128 · 127, so that the sum comes as close to ±2²⁴ as float32 is trusted with, and then beyond. */
function largest(products: number): OpCase<Conv2dAttributes> {
  const opCase = int8(`largest sums of ${products} products`, {
    x: [1, 1, 1, products],
    outChannels: 4,
    kernel: [1, 1],
  });
  const values = [-128, 127, 100].map((value, index) =>
    Array.from({ length: index === 1 ? 4 * products : products }, () => value),
  );
  return {
    ...opCase,
    inputs: opCase.inputs.map((input, index) => (index < 2 ? { ...input!, data: values[index] } : input)),
    outputs: [{ dtype: 'int8', quantization: perTensor(40, 0) }],
  };
}

/** As the op is after it absorbed a residual add. */
function withResidual(opCase: OpCase<Conv2dAttributes>): OpCase<Conv2dAttributes> {
  const [x, weights, bias] = opCase.inputs;
  const [output] = opCase.outputs;
  const { dtype } = output;
  const shape = [...x!.shape.slice(0, 3), weights!.shape[0]];
  const quantization = dtype === 'int8' ? perTensor(Math.fround(output.quantization!.scales[0] * 1.7), 60) : undefined;
  return {
    ...opCase,
    name: `${opCase.name}, residual`,
    attributes: {
      ...opCase.attributes,
      activation: 'relu',
      add: { quantization: output.quantization, activation: 'relu' },
    },
    inputs: [x, weights, bias, { dtype, shape, quantization }],
    outputs: [{ dtype, quantization }],
    roundings: dtype === 'int8' ? every : undefined,
  };
}

const residual: Sizes = { x: [1, 3, 3, 6], outChannels: 5, kernel: [1, 1] };

function formats(name: string, leading: readonly number[]): OpCase<Conv2dAttributes>[] {
  const { x, attributes } = sizes[name];
  const weights = weightsShape(sizes[name]);
  const products = weights.slice(1).reduce((a, b) => a * b, 1);
  return layerFormats({ name, attributes: { ...plain, ...attributes }, x, weights, axis: 0, products, leading });
}

testOp(conv2d, [
  withResidual(int8('1x1', residual)),
  withResidual(float('1x1', residual)),
  ...[1023, 1024, 1031, 1032, 1033].map(largest),
  ...Object.entries(sizes).map(([name, size]) => int8(name, size)),
  ...Object.entries(sizes).map(([name, size]) => float(name, size)),
  ...formats('3x3 same, batch 2', [1]),
  ...formats('groups that split quads', [0]),
]);
