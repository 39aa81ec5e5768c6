import { describe, expect, test } from 'vitest';
import { withBatch } from '../../../../src/graph/propagate-shapes.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { createRandom } from '../../../../src/tensor/random.ts';
import { elementCount, type Shape } from '../../../../src/tensor/shape.ts';
import { buildTflite, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { codes, importValid, int32s } from '../../../support/tflite-models.ts';

const code = {
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 4,
  BATCH_TO_SPACE_ND: 37,
  SPACE_TO_BATCH_ND: 38,
  SQUEEZE: 43,
  EXPAND_DIMS: 70,
};

interface Geometry {
  readonly image: Shape;
  readonly block: readonly number[];
  /** Before and after, along each axis of the block. */
  readonly paddings: readonly number[];
  readonly crops: readonly number[];
  /** Height, width and channels; depthwise where there are none. */
  readonly weights: readonly [number, number, number] | readonly [number, number];
  readonly isInt8?: boolean;
  /** TFLite's SAME, 0, or VALID, 1. */
  readonly scheme?: number;
  readonly stride?: number;
  /** The axis of EXPAND_DIMS, and of SQUEEZE, around the convolution. */
  readonly axis?: number;
  readonly squeezed?: readonly number[];
  /** What else the graph gives. */
  readonly alsoOutputs?: 'batch' | 'images';
}

/** A convolution between operators that take its image apart and put its result together. */
function model({ image, block, paddings, crops, weights, ...more }: Geometry): Uint8Array {
  const { isInt8 = false, scheme = 1, stride = 1, axis, squeezed, alsoOutputs } = more;
  const random = createRandom(7);
  const value = (name: string, shape: Shape, scale = 0.5): TensorSpec =>
    isInt8 ? codes(name, shape, scale) : { name, shape };
  const [height, width, channels] = weights;
  const inputs = image.at(-1)!;
  const shape = channels === undefined ? [1, height, width, inputs] : [channels, height, width, inputs];
  const drawn = Array.from({ length: elementCount(shape) }, () => random.integer(255) - 127);
  const outputs = channels ?? inputs;
  const pairs = (name: string, data: readonly number[]): TensorSpec => ({
    ...int32s(...data),
    name,
    shape: [data.length / 2, 2],
  });
  const open = { fields: { 7: { int32s: image.map(() => -1) } } };
  const tensors: TensorSpec[] = [
    value('x', image),
    { ...int32s(...block), name: 'block' },
    pairs('paddings', paddings),
    pairs('crops', crops),
    isInt8
      ? { ...codes('weights', shape, 0.01, 0n), data: Int8Array.from(drawn) }
      : { name: 'weights', shape, data: Float32Array.from(drawn, (number) => number / 100) },
    isInt8
      ? {
          name: 'bias',
          shape: [outputs],
          type: tensorType.INT32,
          data: Int32Array.from({ length: outputs }, (_, i) => i * 7),
          scales: [Math.fround(0.5 * Math.fround(0.01))],
        }
      : { name: 'bias', shape: [outputs], data: Float32Array.from({ length: outputs }, (_, i) => i / 3) },
    {
      ...value(
        'batch',
        image.map(() => 1),
      ),
      ...open,
    },
    { ...value('images', [1, 1, 1, 1], 0.9), ...open },
    {
      ...value(
        'y',
        image.map(() => 1),
        0.9,
      ),
      ...open,
    },
    { ...int32s(axis ?? 0), name: 'axis' },
    { ...value('expanded', [1, 1, 1, 1]), ...open },
    { ...value('convolved', [1, 1, 1, 1], 0.9), ...open },
  ];
  const at = (name: string): number => tensors.findIndex((tensor) => tensor.name === name);
  const isExpanded = axis !== undefined;
  const operator = (
    number: number,
    operands: readonly string[],
    result: string,
    options?: readonly [number, object],
  ) => ({
    code: number,
    inputs: operands.map(at),
    outputs: [at(result)],
    ...(options && { options: options as never }),
  });
  const isDepthwise = channels === undefined;
  return buildTflite({
    tensors,
    operators: [
      operator(code.SPACE_TO_BATCH_ND, ['x', 'block', 'paddings'], 'batch'),
      ...(isExpanded ? [operator(code.EXPAND_DIMS, ['batch', 'axis'], 'expanded')] : []),
      operator(
        isDepthwise ? code.DEPTHWISE_CONV_2D : code.CONV_2D,
        [isExpanded ? 'expanded' : 'batch', 'weights', 'bias'],
        isExpanded ? 'convolved' : 'images',
        [
          isDepthwise ? 2 : 1,
          { 0: { int8: scheme }, 1: { int32: stride }, 2: { int32: stride }, [isDepthwise ? 4 : 3]: { int8: 1 } },
        ],
      ),
      ...(isExpanded
        ? [operator(code.SQUEEZE, ['convolved'], 'images', [30, { 0: { int32s: squeezed ?? [axis] } }])]
        : []),
      operator(code.BATCH_TO_SPACE_ND, ['images', 'block', 'crops'], 'y'),
    ],
    inputs: [0],
    outputs: alsoOutputs === undefined ? [at('y')] : [at('y'), at(alsoOutputs)],
  });
}

/** As many numbers as TensorFlow's atrous convolution with SAME pads a side of this size with. */
function samePadding(size: number, window: number, block: number): readonly [number, number, number, number] {
  const total = (window - 1) * block;
  const before = Math.floor(total / 2);
  const after = total - before;
  const missing = (block - ((size + total) % block)) % block;
  return [before, after + missing, 0, missing];
}

const same2d = (height: number, width: number, window: number, block: readonly [number, number]) => {
  const [top, bottom, , extraRows] = samePadding(height, window, block[0]);
  const [left, right, , extraColumns] = samePadding(width, window, block[1]);
  return { block, paddings: [top, bottom, left, right], crops: [0, extraRows, 0, extraColumns] };
};

const geometries: readonly (readonly [name: string, geometry: Geometry, attributes: object])[] = [
  [
    'SAME of an image that fits',
    { image: [1, 8, 8, 3], ...same2d(8, 8, 3, [2, 2]), weights: [3, 3, 4] },
    { dilations: [2, 2], padding: [2, 2, 2, 2] },
  ],
  [
    'SAME of one that does not',
    { image: [1, 7, 9, 3], ...same2d(7, 9, 3, [2, 4]), weights: [3, 3, 4] },
    { dilations: [2, 4], padding: [2, 4, 2, 4] },
  ],
  [
    'VALID',
    { image: [1, 9, 10, 2], block: [3, 2], paddings: [0, 0, 0, 0], crops: [0, 0, 0, 0], weights: [2, 3, 5] },
    { dilations: [3, 2], padding: [0, 0, 0, 0] },
  ],
  [
    'a depthwise one',
    { image: [1, 6, 6, 5], ...same2d(6, 6, 3, [2, 2]), weights: [3, 3] },
    { dilations: [2, 2], padding: [2, 2, 2, 2] },
  ],
  [
    'a convolution that pads by itself',
    { image: [1, 6, 8, 2], block: [2, 2], paddings: [0, 0, 0, 0], crops: [0, 0, 0, 0], weights: [3, 3, 4], scheme: 0 },
    { dilations: [2, 2], padding: [2, 2, 2, 2] },
  ],
  [
    'along the height alone',
    { image: [1, 6, 5, 2], block: [2], paddings: [2, 2], crops: [0, 0], weights: [3, 1, 4] },
    { dilations: [2, 1], padding: [2, 0, 2, 0] },
  ],
  [
    'one dimension as a width, causal',
    { image: [1, 9, 4], block: [3], paddings: [6, 0], crops: [0, 0], weights: [1, 3, 5], axis: 1 },
    { dilations: [1, 3], padding: [0, 6, 0, 0] },
  ],
  [
    'one dimension as a width, counted from the end',
    { image: [1, 8, 4], block: [2], paddings: [2, 2], crops: [0, 0], weights: [1, 3, 5], axis: -3, squeezed: [1] },
    { dilations: [1, 2], padding: [0, 2, 0, 2] },
  ],
  [
    'one dimension as a height',
    { image: [1, 7, 4], block: [2], paddings: [2, 3], crops: [0, 1], weights: [3, 1, 5], axis: 2 },
    { dilations: [2, 1], padding: [2, 0, 2, 0] },
  ],
];

describe('one dilated convolution', () => {
  test.each(geometries)('%s', (_name, geometry, attributes) => {
    for (const isInt8 of [false, true]) {
      const merged = importValid(model({ ...geometry, isInt8 }));
      const convolutions = merged.nodes.filter(({ op }) => op !== 'reshape');
      expect(convolutions).toMatchObject([
        { op: geometry.weights.length === 2 ? 'depthwise-conv2d' : 'conv2d', attributes },
      ]);
      // What is an output cannot disappear.
      const apart = importValid(model({ ...geometry, isInt8, alsoOutputs: 'batch' }));
      expect(apart.nodes.length).toBeGreaterThan(5);
      const random = createRandom(3);
      const count = elementCount(geometry.image);
      const data = isInt8
        ? Int8Array.from({ length: count }, () => random.integer(256) - 128)
        : Float32Array.from({ length: count }, () => random.uniform(-1, 1));
      const x = { ...merged.values['x'], data };
      const [expected, result] = [apart, merged].map((graph) => runReference(graph, { x }).get('y')!);
      expect(result.shape).toEqual(expected.shape);
      expect(result.data).toEqual(expected.data);
      // Images of a batch stay apart.
      expect(withBatch(merged, 2).values['y'].shape).toEqual([2, ...result.shape.slice(1)]);
    }
  });
});

test.each<[string, Partial<Geometry>]>([
  ['a stride', { stride: 2, image: [1, 9, 9, 3], paddings: [2, 1, 2, 1], crops: [0, 0, 0, 0] }],
  ['crops of more than was added', { paddings: [0, 0, 0, 0], crops: [1, 0, 0, 0] }],
  ['a part that others read', { alsoOutputs: 'images' }],
])('%s stays several operators', (_name, changed) => {
  const geometry = { image: [1, 8, 8, 3], ...same2d(8, 8, 3, [2, 2]), weights: [3, 3, 4] as const };
  const graph = importValid(model({ ...geometry, ...changed }));
  expect(graph.nodes.map(({ op }) => op)).toContain('transpose');
  expect(graph.nodes.find(({ op }) => op === 'conv2d')).toMatchObject({ attributes: { dilations: [1, 1] } });
});

test('axes that do not go together stay several operators', () => {
  const geometry = {
    image: [1, 8, 1],
    block: [2],
    paddings: [2, 2],
    crops: [0, 0],
    weights: [1, 3, 1] as const,
    axis: 1,
  };
  const graph = importValid(model({ ...geometry, squeezed: [3] }), {});
  expect(graph.nodes.map(({ op }) => op)).toContain('transpose');
});
