import { perTensor, type Quantization } from '../tensor/quantization.ts';
import type { DType } from '../tensor/dtype.ts';
import type { Shape } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';

/** An input of a case; weights and biases are constants of the graph. */
export interface SelfTestInput extends TensorType {
  readonly constant?: boolean;
  /** Drawn when absent. */
  readonly data?: readonly number[];
}

/** An output of a case, whose shape follows from the op. */
export interface SelfTestOutput {
  readonly dtype: DType;
  readonly quantization?: Quantization;
}

/** One node with drawn data. */
export interface SelfTestCase {
  /** What users know the kernels by. */
  readonly family: string;
  readonly op: string;
  readonly attributes: object;
  /** By position; undefined where the op does without. */
  readonly inputs: readonly (SelfTestInput | undefined)[];
  readonly output: SelfTestOutput;
  /** Those after the first. */
  readonly moreOutputs?: readonly SelfTestOutput[];
  /** Activations of float16, which kernels compute with in float32. */
  readonly storage?: 'float16';
}

// Scales are float32 numbers.
const xScale = Math.fround(0.05);
const wScale = Math.fround(0.02);
const yScale = Math.fround(0.11);
const otherScale = Math.fround(0.083);

const window = { strides: [2, 2], dilations: [1, 1], padding: [1, 0, 1, 2], activation: 'relu6' } as const;
const pool = { size: [3, 2], strides: [2, 2], padding: [1, 0, 1, 0], activation: 'none' } as const;

function int8(shape: Shape, scale = xScale, zeroPoint = -7): SelfTestInput {
  return { dtype: 'int8', shape, quantization: perTensor(scale, zeroPoint) };
}

function float(shape: Shape, constant = false): SelfTestInput {
  return { dtype: 'float32', shape, constant };
}

function half(shape: Shape, constant = false): SelfTestInput {
  return { dtype: 'float16', shape, constant };
}

/** Of layers that are stored as float16. */
const halved = { family: 'float16 storage', output: { dtype: 'float16' }, storage: 'float16' } as const;

/** Weights with a scale for each output, and the biases that belong to them. */
function layer(shape: Shape, axis: number): readonly SelfTestInput[] {
  const outputs = shape[axis];
  const scales = Array.from({ length: outputs }, (_, i) => Math.fround(wScale * (1 + i / outputs)));
  const zeroPoints = scales.map(() => 0);
  const biasScales = scales.map((scale) => Math.fround(xScale * scale));
  return [
    { dtype: 'int8', shape, constant: true, quantization: { scales, zeroPoints, axis } },
    { dtype: 'int32', shape: [outputs], constant: true, quantization: { scales: biasScales, zeroPoints, axis: 0 } },
  ];
}

/** Scales found at run time, and their zero points. */
const dynamicScales: SelfTestInput = {
  ...float([3, 3]),
  data: [xScale, 1 / xScale, 0, wScale, 1 / wScale, -128, yScale, 1 / yScale, 41],
};

/** Codes −8 to 7 in blocks of 4 of 10 columns. */
const blockScales = Array.from({ length: 18 }, (_, i) => Math.fround(0.2 * (1 + i / 18)));
const blocks = {
  dtype: 'int8',
  quantization: { scales: blockScales, zeroPoints: blockScales.map((_, i) => (i % 3) - 1), axis: 1, blockSize: 4 },
} as const;

const int8Output = { dtype: 'int8', quantization: perTensor(yScale, 5) } as const;
const sameCodes = { dtype: 'int8', quantization: perTensor(xScale, -7) } as const;
const probability = { dtype: 'int8', quantization: perTensor(1 / 256, -128) } as const;
const floatOutput = { dtype: 'float32' } as const;
const int32Output = { dtype: 'int32' } as const;
const integerOutput = { dtype: 'int32' } as const;

/** Each family in int8 and, where it exists, in float; sizes are small and divide by nothing that a tile is made of. */
export const selfTestCases = (): readonly SelfTestCase[] => [
  {
    family: 'convolution',
    op: 'conv2d',
    attributes: { ...window, groups: 1 },
    inputs: [int8([2, 9, 11, 5]), ...layer([19, 3, 3, 5], 0)],
    output: int8Output,
  },
  {
    family: 'convolution',
    op: 'conv2d',
    attributes: { ...window, strides: [1, 1], padding: [0, 0, 0, 0], groups: 1 },
    inputs: [int8([1, 13, 11, 40]), ...layer([36, 1, 1, 40], 0)],
    output: int8Output,
  },
  {
    family: 'convolution',
    op: 'conv2d',
    attributes: { ...window, groups: 1 },
    inputs: [float([1, 9, 11, 6]), float([10, 3, 3, 6], true), float([10], true)],
    output: floatOutput,
  },
  {
    family: 'convolution',
    op: 'conv-transpose2d',
    attributes: { strides: [2, 2], padding: [1, 0, 0, 1], activation: 'relu6' },
    inputs: [int8([2, 4, 5, 9]), ...layer([7, 3, 3, 9], 0)],
    output: int8Output,
  },
  {
    family: 'depthwise convolution',
    op: 'depthwise-conv2d',
    attributes: window,
    inputs: [int8([2, 9, 11, 21]), ...layer([1, 3, 3, 21], 3)],
    output: int8Output,
  },
  {
    family: 'depthwise convolution',
    op: 'depthwise-conv2d',
    attributes: window,
    inputs: [float([1, 9, 11, 6]), float([1, 3, 3, 6], true), float([6], true)],
    output: floatOutput,
  },
  {
    family: 'linear',
    op: 'matmul',
    attributes: { activation: 'none' },
    inputs: [int8([3, 150]), ...layer([37, 150], 0)],
    output: int8Output,
  },
  {
    family: 'linear',
    op: 'matmul',
    attributes: { activation: 'relu' },
    inputs: [float([3, 50]), float([37, 50], true), float([37], true)],
    output: floatOutput,
  },
  {
    family: 'linear',
    op: 'batch-matmul',
    attributes: { activation: 'none', transposesA: false, transposesB: true },
    inputs: [int8([3, 1, 5, 50]), int8([2, 9, 50], otherScale, 12)],
    output: { dtype: 'int8', quantization: perTensor(otherScale * 8, -3) },
  },
  {
    family: 'linear',
    op: 'batch-matmul',
    attributes: { activation: 'none', transposesA: true, transposesB: false },
    inputs: [float([2, 11, 6]), float([2, 11, 9])],
    output: floatOutput,
  },
  {
    family: 'convolution',
    op: 'conv2d',
    attributes: { ...window, groups: 1 },
    inputs: [float([1, 9, 11, 6]), { dtype: 'float16', shape: [10, 3, 3, 6], constant: true }, float([10], true)],
    output: floatOutput,
  },
  {
    family: 'linear',
    op: 'matmul',
    attributes: { activation: 'none' },
    inputs: [float([3, 50]), layer([37, 50], 0)[0]],
    output: floatOutput,
  },
  {
    family: 'add',
    op: 'add',
    attributes: { activation: 'relu' },
    inputs: [int8([2, 5, 7, 9]), int8([2, 5, 7, 9], otherScale, 12)],
    output: int8Output,
  },
  {
    family: 'pooling',
    op: 'average-pool2d',
    attributes: pool,
    inputs: [int8([2, 9, 11, 13])],
    output: sameCodes,
  },
  { family: 'pooling', op: 'max-pool2d', attributes: pool, inputs: [int8([2, 9, 11, 13])], output: sameCodes },
  {
    family: 'pooling',
    op: 'mean',
    attributes: { axes: [1, 2], keepDims: false },
    inputs: [int8([2, 9, 11, 13])],
    output: int8Output,
  },
  {
    family: 'softmax',
    op: 'softmax',
    attributes: { beta: 1 },
    inputs: [int8([3, 101])],
    output: probability,
  },
  { family: 'softmax', op: 'softmax', attributes: { beta: 1 }, inputs: [float([3, 101])], output: floatOutput },
  {
    family: 'recurrent',
    op: 'lstm',
    attributes: { isTimeMajor: false, isReversed: false, returnsSequence: true, cellClip: 0 },
    inputs: [float([2, 5, 4, 9]), float([36, 9], true), float([36], true)],
    output: floatOutput,
  },
  {
    family: 'normalization',
    op: 'layer-norm',
    attributes: { epsilon: 1e-5, subtractsMean: true },
    inputs: [float([3, 101]), float([101], true), float([101], true)],
    output: floatOutput,
  },
  {
    family: 'normalization',
    op: 'l2-normalization',
    attributes: {},
    inputs: [int8([3, 101])],
    output: { dtype: 'int8', quantization: perTensor(1 / 128) },
  },
  { family: 'sigmoid', op: 'sigmoid', attributes: {}, inputs: [int8([3, 41])], output: probability },
  {
    family: 'comparison',
    op: 'less',
    attributes: {},
    inputs: [int8([3, 41]), int8([41], otherScale, 12)],
    output: integerOutput,
  },
  {
    family: 'comparison',
    op: 'top-k',
    attributes: { k: 5 },
    inputs: [int8([3, 101])],
    output: sameCodes,
    moreOutputs: [integerOutput],
  },
  { family: 'quantize', op: 'quantize', attributes: {}, inputs: [float([3, 41])], output: int8Output },
  { family: 'quantize', op: 'quantize', attributes: {}, inputs: [int8([3, 41])], output: int8Output },
  { family: 'quantize', op: 'dequantize', attributes: {}, inputs: [int8([3, 41])], output: floatOutput },
  {
    family: 'quantize',
    op: 'quantize',
    attributes: { range: [-(2 ** 15), 2 ** 15 - 1] },
    inputs: [float([3, 41])],
    output: { dtype: 'int32', quantization: perTensor(Math.fround(1e-4)) },
  },
  {
    family: 'quantize',
    op: 'quantize',
    attributes: { range: [-8, 7] },
    inputs: [float([6, 10]), { dtype: 'int32', shape: [1] }],
    output: blocks,
  },
  {
    family: 'quantize',
    op: 'dequantize',
    attributes: {},
    inputs: [{ ...blocks, shape: [6, 10] }],
    output: floatOutput,
  },
  {
    family: 'quantize at run time',
    op: 'min-max',
    attributes: { leading: 1, parts: 2 },
    inputs: [float([5, 301])],
    output: floatOutput,
  },
  ...[true, false].map((isSymmetric): SelfTestCase => ({
    family: 'quantize at run time',
    op: 'dynamic-scale',
    attributes: { isSymmetric },
    inputs: [float([37, 2, 2])],
    output: floatOutput,
  })),
  {
    family: 'quantize at run time',
    op: 'dynamic-quantize',
    attributes: {},
    inputs: [float([3, 41]), dynamicScales],
    output: { dtype: 'int8' },
  },
  {
    family: 'quantize at run time',
    op: 'matmul',
    attributes: { activation: 'none' },
    inputs: [{ dtype: 'int8', shape: [3, 50] }, layer([37, 50], 0)[0], float([37], true), undefined, dynamicScales],
    output: floatOutput,
  },
  {
    family: 'quantize at run time',
    op: 'depthwise-conv2d',
    attributes: window,
    inputs: [{ dtype: 'int8', shape: [3, 9, 11, 6] }, layer([1, 3, 3, 6], 3)[0], undefined, undefined, dynamicScales],
    output: floatOutput,
  },
  {
    family: 'pad, slice, concatenate',
    op: 'pad',
    attributes: {
      padding: [
        [0, 0],
        [1, 2],
        [2, 1],
        [0, 3],
      ],
      value: 0,
    },
    inputs: [int8([2, 5, 7, 9])],
    output: sameCodes,
  },
  {
    family: 'pad, slice, concatenate',
    op: 'concat',
    attributes: { axis: 3, activation: 'none' },
    inputs: [int8([2, 5, 7, 9]), int8([2, 5, 7, 6], otherScale, 12)],
    output: int8Output,
  },
  {
    family: 'pad, slice, concatenate',
    op: 'slice',
    attributes: { begin: [1, 0, 2, 3], size: [1, 5, 3, 5], strides: [1, 1, 2, 1] },
    inputs: [int8([2, 5, 7, 9])],
    output: sameCodes,
  },
  {
    family: 'pad, slice, concatenate',
    op: 'transpose',
    attributes: { permutation: [0, 3, 1, 2] },
    inputs: [int8([2, 5, 7, 9])],
    output: sameCodes,
  },
  {
    family: 'pad, slice, concatenate',
    op: 'mirror-pad',
    attributes: {
      padding: [
        [0, 0],
        [1, 2],
        [3, 0],
        [0, 1],
      ],
      mode: 'reflect',
    },
    inputs: [int8([2, 5, 7, 9])],
    output: sameCodes,
  },
  {
    family: 'detection',
    op: 'decode-boxes',
    attributes: { scales: [10, 10, 5, 5], anchors: 'center-size' },
    inputs: [float([2, 67, 4]), float([67, 4], true)],
    output: floatOutput,
  },
  {
    family: 'detection',
    op: 'non-max-suppression',
    attributes: {
      maxPerClass: 20,
      scoreThreshold: -1,
      keepsEqualScore: false,
      iouThreshold: 0.5,
      dropsEqualOverlap: false,
    },
    inputs: [float([2, 300, 4]), float([2, 3, 300])],
    output: int32Output,
    moreOutputs: [floatOutput, int32Output],
  },
  {
    ...halved,
    op: 'conv2d',
    attributes: { ...window, groups: 1 },
    inputs: [half([1, 9, 11, 6]), half([10, 3, 3, 6], true), float([10], true)],
  },
  {
    ...halved,
    op: 'depthwise-conv2d',
    attributes: window,
    inputs: [half([1, 9, 11, 10]), half([1, 3, 3, 10], true), float([10], true)],
  },
  {
    ...halved,
    op: 'matmul',
    attributes: { activation: 'none' },
    inputs: [half([3, 50]), float([37, 50], true)],
  },
  { ...halved, op: 'add', attributes: { activation: 'relu' }, inputs: [half([2, 5, 7, 9]), half([2, 5, 7, 9])] },
  { ...halved, op: 'average-pool2d', attributes: pool, inputs: [half([2, 9, 11, 13])] },
  { ...halved, op: 'softmax', attributes: { beta: 1 }, inputs: [half([3, 101])] },
];
