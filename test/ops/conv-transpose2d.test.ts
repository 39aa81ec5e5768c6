import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conv2d } from '../../src/ops/conv2d.ts';
import { convTranspose2d, type ConvTranspose2dAttributes } from '../../src/ops/conv-transpose2d.ts';
import { perTensor, type Quantization } from '../../src/tensor/quantization.ts';
import type { Rounding } from '../../src/tensor/requantize.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import { createRandom } from '../../src/tensor/random.ts';
import type { Tensor, TensorType } from '../../src/tensor/tensor.ts';
import { layerFormats } from '../support/layer-formats.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

type Pair = readonly [number, number];

interface Sizes {
  /** [N, H, W, C] */
  readonly x: readonly number[];
  readonly outChannels: number;
  readonly kernel: Pair;
  readonly strides: Pair;
  /** None by default. */
  readonly padding?: readonly [number, number, number, number];
  readonly activation?: ConvTranspose2dAttributes['activation'];
  readonly roundings?: readonly Rounding[];
}

interface Int8Sizes extends Sizes {
  /** Per tensor, with this zero point; per channel with scales that differ by default. */
  readonly weightZeroPoint?: number;
  readonly hasBias?: boolean;
}

function attributesOf({ strides, padding = [0, 0, 0, 0], activation = 'none' }: Sizes): ConvTranspose2dAttributes {
  return { strides, padding, activation };
}

function int8(name: string, sizes: Int8Sizes): OpCase<ConvTranspose2dAttributes> {
  const { x, outChannels, kernel, weightZeroPoint, hasBias = true } = sizes;
  const shape = [outChannels, ...kernel, x[3]];
  const quantization: Quantization =
    weightZeroPoint === undefined
      ? {
          scales: Array.from({ length: outChannels }, (_, o) => Math.fround(0.01 * (1 + (o % 7) / 7))),
          zeroPoints: Array.from({ length: outChannels }, () => 0),
          axis: 0,
        }
      : perTensor(Math.fround(0.01), weightZeroPoint);
  return {
    name: `int8 ${name}`,
    attributes: attributesOf(sizes),
    inputs: [
      { dtype: 'int8', shape: x, quantization: perTensor(Math.fround(0.02), -17) },
      { dtype: 'int8', shape, quantization, constant: true },
      hasBias ? { dtype: 'int32', shape: [outChannels], constant: true } : undefined,
    ],
    outputs: [{ dtype: 'int8', quantization: perTensor(Math.fround(0.02 * Math.sqrt(x[3] * kernel[0])), 9) }],
    roundings: sizes.roundings ?? ['float'],
  };
}

function float(name: string, sizes: Sizes): OpCase<ConvTranspose2dAttributes> {
  const { x, outChannels, kernel } = sizes;
  const shape = [outChannels, ...kernel, x[3]];
  return {
    name: `float ${name}`,
    attributes: attributesOf(sizes),
    inputs: [
      { dtype: 'float32', shape: x },
      { dtype: 'float32', shape, constant: true },
      { dtype: 'float32', shape: [outChannels], constant: true },
    ],
    outputs: [{ dtype: 'float32' }],
    length: elementCount(shape.slice(1)),
  };
}

const every: readonly Rounding[] = ['float', 'tflite-single', 'tflite-double'];

const sizes: Record<string, Int8Sizes> = {
  'stride 1': { x: [1, 4, 5, 5], outChannels: 7, kernel: [3, 3], strides: [1, 1], padding: [1, 1, 1, 1] },
  'a kernel of the stride': { x: [2, 3, 4, 8], outChannels: 8, kernel: [2, 2], strides: [2, 2] },
  'a kernel of twice the stride': {
    x: [1, 4, 3, 6],
    outChannels: 5,
    kernel: [4, 4],
    strides: [2, 2],
    padding: [1, 1, 1, 1],
    roundings: every,
  },
  '3x3, stride 2, an odd pixel at the end': {
    x: [2, 5, 3, 12],
    outChannels: 16,
    kernel: [3, 3],
    strides: [2, 2],
    padding: [0, 0, 1, 1],
  },
  '3x3, stride 2, output padding': {
    x: [1, 3, 4, 3],
    outChannels: 2,
    kernel: [3, 3],
    strides: [2, 2],
    padding: [1, 1, 0, 0],
  },
  'strides that differ': { x: [1, 3, 5, 4], outChannels: 9, kernel: [5, 2], strides: [3, 1], padding: [2, 0, 1, 1] },
  'strides beyond the kernel': { x: [1, 3, 2, 5], outChannels: 3, kernel: [1, 2], strides: [2, 3] },
  'rows cut beyond the first block': {
    x: [1, 4, 4, 4],
    outChannels: 4,
    kernel: [3, 3],
    strides: [2, 2],
    padding: [5, 3, 0, 2],
  },
  'rows of the bias alone': {
    x: [1, 2, 3, 4],
    outChannels: 6,
    kernel: [2, 2],
    strides: [2, 2],
    padding: [-3, -1, -1, -4],
  },
  'one row': { x: [1, 1, 9, 7], outChannels: 5, kernel: [1, 4], strides: [1, 2], padding: [0, 1, 0, 1] },
  'no bias': { x: [1, 3, 3, 4], outChannels: 4, kernel: [3, 3], strides: [2, 2], hasBias: false },
  'asymmetric weights': { x: [1, 3, 3, 6], outChannels: 5, kernel: [3, 3], strides: [2, 2], weightZeroPoint: -128 },
  'many channels': { x: [1, 2, 2, 300], outChannels: 33, kernel: [3, 3], strides: [2, 2], padding: [0, 0, 1, 1] },
  relu6: { x: [1, 3, 3, 8], outChannels: 8, kernel: [2, 2], strides: [2, 2], activation: 'relu6' },
};

/** As the op is after it absorbed a residual add. */
function withResidual(opCase: OpCase<ConvTranspose2dAttributes>): OpCase<ConvTranspose2dAttributes> {
  const [output] = opCase.outputs;
  const { dtype } = output;
  const [shape] = convTranspose2d.inferShape({ ...opCase, inputs: opCase.inputs, constants: [] });
  const quantization = dtype === 'int8' ? perTensor(Math.fround(output.quantization!.scales[0] * 1.7), 60) : undefined;
  return {
    ...opCase,
    name: `${opCase.name}, residual`,
    attributes: { ...opCase.attributes, add: { quantization: output.quantization, activation: 'relu' } },
    inputs: [...opCase.inputs, { dtype, shape, quantization }],
    outputs: [{ dtype, quantization }],
  };
}

testOp(convTranspose2d, [
  ...Object.entries(sizes).flatMap(([name, size]) => [int8(name, size), float(name, size)]),
  withResidual(int8('3x3', { x: [2, 3, 3, 5], outChannels: 6, kernel: [3, 3], strides: [2, 2] })),
  withResidual(float('3x3', { x: [2, 3, 3, 5], outChannels: 6, kernel: [3, 3], strides: [2, 2] })),
  ...['a kernel of twice the stride'].flatMap((name) => {
    const { x, outChannels, kernel } = sizes[name];
    const weights = [outChannels, ...kernel, x[3]];
    const products = elementCount(weights.slice(1));
    return layerFormats({ name, attributes: attributesOf(sizes[name]), x, weights, axis: 0, products, leading: [1] });
  }),
]);

function floats(shape: readonly number[], data: readonly number[]): Tensor {
  return { dtype: 'float32', shape, data: Float32Array.from(data) };
}

function run(attributes: Partial<ConvTranspose2dAttributes>, x: Tensor, weights: Tensor): Tensor {
  const context = {
    name: 'up',
    attributes: {
      strides: [1, 1] as const,
      padding: [0, 0, 0, 0] as const,
      activation: 'none' as const,
      ...attributes,
    },
    inputs: [x, weights],
    constants: [],
    rounding: 'float' as const,
  };
  const [shape] = convTranspose2d.inferShape(context);
  return convTranspose2d.reference({ ...context, outputs: [{ dtype: 'float32', shape }] }, [x, weights])[0];
}

describe('the examples of the ONNX specification', () => {
  const x = floats([1, 3, 3, 1], [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const ones = floats(
    [1, 3, 3, 1],
    Array.from({ length: 9 }, () => 1),
  );

  test('convtranspose', () => {
    const y = run({}, x, ones);
    expect(y.shape).toEqual([1, 5, 5, 1]);
    expect([...y.data]).toEqual(
      [
        [0, 1, 3, 3, 2],
        [3, 8, 15, 12, 7],
        [9, 21, 36, 27, 15],
        [9, 20, 33, 24, 13],
        [6, 13, 21, 15, 8],
      ].flat(),
    );
  });

  test('convtranspose_output_shape: strides 3 and 2, output padding 1 and 1', () => {
    const y = run({ strides: [3, 2], padding: [0, 0, -1, -1] }, x, ones);
    expect(y.shape).toEqual([1, 10, 8, 1]);
    const rows = [
      [0, 0, 1, 1, 3, 2, 2, 0],
      [3, 3, 7, 4, 9, 5, 5, 0],
      [6, 6, 13, 7, 15, 8, 8, 0],
    ];
    const empty = Array.from({ length: 8 }, () => 0);
    expect([...y.data]).toEqual([...rows.flatMap((row) => [row, row, row]), empty].flat());
  });

  test('convtranspose_pads: strides 3 and 2, pads 1, 2, 1, 2', () => {
    const y = run({ strides: [3, 2], padding: [1, 2, 1, 2] }, x, ones);
    expect(y.shape).toEqual([1, 7, 3, 1]);
    const rows = [
      [1, 1, 3],
      [1, 1, 3],
      [7, 4, 9],
      [7, 4, 9],
      [7, 4, 9],
      [13, 7, 15],
      [13, 7, 15],
    ];
    expect([...y.data]).toEqual(rows.flat());
  });
});

test('it is the adjoint of the convolution with the same weights', () => {
  const size = (max: number) => fc.integer({ min: 1, max });
  const arrangement = fc.record({
    input: fc.tuple(size(4), size(4)),
    channels: fc.tuple(size(3), size(3)),
    kernel: fc.tuple(size(4), size(4)),
    strides: fc.tuple(size(3), size(3)),
    padding: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(arrangement, ({ input, channels: [inChannels, outChannels], kernel, strides, padding, seed }) => {
      fc.pre(strides.every((stride, axis) => stride <= 2 * kernel[axis]));
      const random = createRandom(seed);
      const draw = (shape: readonly number[]): Tensor =>
        floats(
          shape,
          Array.from({ length: elementCount(shape) }, () => random.integer(9) - 4),
        );
      const out = [0, 1].map(
        (axis) => (input[axis] - 1) * strides[axis] + kernel[axis] - padding[axis] - padding[axis + 2],
      );
      fc.pre(out.every((length) => length > 0));
      const x = draw([1, ...input, inChannels]);
      const image = draw([1, ...out, outChannels]);
      const weights = draw([outChannels, ...kernel, inChannels]);
      const up = run({ strides, padding }, x, weights);
      expect(up.shape).toEqual(image.shape);
      // The convolution has the same weights with the channels' parts exchanged.
      const exchanged = floats(
        [inChannels, ...kernel, outChannels],
        Array.from({ length: weights.data.length }, (_, index) => {
          const o = index % outChannels;
          const tap = Math.floor(index / outChannels) % (kernel[0] * kernel[1]);
          const c = Math.floor(index / outChannels / kernel[0] / kernel[1]);
          return weights.data[(o * kernel[0] * kernel[1] + tap) * inChannels + c];
        }),
      );
      const inputs = [image, exchanged];
      const attributes = { strides, padding, dilations: [1, 1] as const, groups: 1, activation: 'none' as const };
      const outputs: TensorType[] = [{ dtype: 'float32', shape: [1, ...input, inChannels] }];
      const context = { name: 'down', attributes, inputs, constants: [], outputs, rounding: 'float' as const };
      expect(conv2d.inferShape(context)).toEqual([x.shape]);
      const [down] = conv2d.reference(context, inputs);
      const product = (a: Tensor, b: Tensor): number =>
        Array.from(a.data).reduce((sum, value, index) => sum + value * b.data[index], 0);
      expect(product(up, image)).toBe(product(x, down));
    }),
  );
});

test('what does not fit', () => {
  const x = floats(
    [1, 2, 2, 3],
    Array.from({ length: 12 }, () => 0),
  );
  const weights = (shape: readonly number[]): Tensor =>
    floats(
      shape,
      Array.from({ length: elementCount(shape) }, () => 0),
    );
  expect(() => run({}, x, weights([1, 2, 2, 4]))).toThrow(
    'conv-transpose2d "up": input has 3 channels, weights expect 4',
  );
  const bad: Partial<ConvTranspose2dAttributes>[] = [
    { strides: [0, 1] },
    { strides: [1, 5] },
    { strides: [1.5, 1] },
    { padding: [0, 0, 0.5, 0] },
    { padding: [0, 0, 0, -65536] },
  ];
  for (const attributes of bad) {
    expect(() => run(attributes, x, weights([1, 2, 2, 3])), JSON.stringify(attributes)).toThrow(
      /Strides are two whole numbers from 1 to twice the kernel \[2, 2\]/,
    );
  }
  expect(() => run({ padding: [2, 0, 1, 0] }, x, weights([1, 2, 2, 3]))).toThrow('leaves 0 x 3 pixels');
  expect(() => run({ strides: [512, 257] }, x, weights([2, 256, 256, 3]))).toThrow('Use smaller strides');
});
