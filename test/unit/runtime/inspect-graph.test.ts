import { expect, test } from 'vitest';
import { NumericError, UnsupportedOpError } from '../../../src/errors.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { inspectGraph } from '../../../src/runtime/inspect-graph.ts';
import { perTensor } from '../../../src/tensor/quantization.ts';
import { emptyTensor, type TensorType } from '../../../src/tensor/tensor.ts';

const x: TensorType = { dtype: 'uint8', shape: [1, 6, 8, 3], quantization: perTensor(0.5, 128) };
const weights: TensorType = { dtype: 'uint8', shape: [5, 3, 3, 3], quantization: perTensor(0.25, 100) };
const bias: TensorType = { dtype: 'int32', shape: [5], quantization: perTensor(0.125, 0) };
const y: TensorType = { dtype: 'uint8', shape: [1, 4, 6, 5], quantization: perTensor(1, 7) };
const flat: TensorType = { ...y, shape: [1, 120] };

const graph: Graph = {
  name: 'small',
  nodes: [
    {
      name: 'convolution',
      op: 'conv2d',
      attributes: { strides: [1, 1], dilations: [1, 1], padding: [0, 0, 0, 0], groups: 1, activation: 'none' },
      inputs: ['x', 'weights', 'bias'],
      outputs: ['y'],
    },
    { name: 'flatten', op: 'reshape', attributes: { shape: [1, 120] }, inputs: ['y'], outputs: ['flat'] },
  ],
  values: { x, weights, bias, y, flat },
  constants: { weights: emptyTensor(weights), bias: emptyTensor(bias) },
  inputs: ['x'],
  outputs: ['flat'],
  metadata: {},
};

test('counts bytes and products of the graph as it was given, without a device', () => {
  const summary = inspectGraph(graph);
  expect(summary).toMatchObject({ name: 'small', inputs: { x }, outputs: { flat } });
  expect(summary.layers[0]).toEqual({
    name: 'convolution',
    op: 'conv2d',
    ...y,
    weights: 'uint8',
    constantBytes: 5 * 27 + 5 * 4,
    outputBytes: 120,
    multiplyAccumulates: 4 * 6 * 5 * 27,
  });
  expect(summary.layers[1]).toMatchObject({ op: 'reshape', constantBytes: 0, multiplyAccumulates: 0, shape: [1, 120] });
  expect(summary.multiplyAccumulates).toBe(4 * 6 * 5 * 27);
  expect(summary.constantBytes).toBe(155);
});

test('tells which nodes no kernel computes, and how many', () => {
  const int32 = { dtype: 'int32', shape: [1, 6] } as const;
  const softmax = (input: string, output: string): Graph['nodes'][number] => ({
    name: output,
    op: 'softmax',
    attributes: { beta: 1 },
    inputs: [input],
    outputs: [output],
  });
  const summary = inspectGraph({
    name: 'integers',
    nodes: [softmax('a', 'b'), softmax('b', 'c')],
    values: { a: int32, b: int32, c: int32 },
    constants: {},
    inputs: ['a'],
    outputs: ['c'],
    metadata: {},
  });
  expect(summary.unsupported).toEqual({ softmax: 2 });
  expect(summary.layers.map(({ kernel }) => kernel)).toEqual(['unsupported', 'unsupported']);
  expect(inspectGraph(graph).unsupported).toEqual({});
});

test('counts products of matrices, and tells the type of weights', () => {
  const float = (shape: readonly number[]): TensorType => ({ dtype: 'float32', shape });
  const half: TensorType = { dtype: 'float16', shape: [5, 4] };
  const { layers, multiplyAccumulates } = inspectGraph({
    name: 'products',
    nodes: [
      {
        name: 'product',
        op: 'batch-matmul',
        attributes: { transposesA: false, transposesB: false, activation: 'none' },
        inputs: ['a', 'b'],
        outputs: ['ab'],
      },
      { name: 'decode', op: 'dequantize', attributes: {}, inputs: ['half'], outputs: ['weights'] },
      { name: 'layer', op: 'matmul', attributes: { activation: 'none' }, inputs: ['ab', 'weights'], outputs: ['c'] },
    ],
    values: {
      a: float([2, 3, 6]),
      b: float([2, 6, 4]),
      ab: float([2, 3, 4]),
      half,
      weights: float([5, 4]),
      c: float([2, 3, 5]),
    },
    constants: { half: emptyTensor(half) },
    inputs: ['a', 'b'],
    outputs: ['c'],
    metadata: {},
  });
  expect(layers.map(({ op, weights: dtype, constantBytes }) => [op, dtype, constantBytes])).toEqual([
    ['batch-matmul', undefined, 0],
    ['matmul', 'float16', 40],
  ]);
  expect(layers.map((layer) => layer.multiplyAccumulates)).toEqual([2 * 3 * 6 * 4, 2 * 3 * 4 * 5]);
  expect(multiplyAccumulates).toBe(144 + 120);
});

test('names every op that does not exist', () => {
  const nodes = [...graph.nodes, { name: 'odd', op: 'fourier', attributes: {}, inputs: ['flat'], outputs: ['odd'] }];
  expect(() => inspectGraph({ ...graph, nodes, values: { ...graph.values, odd: flat } })).toThrow(UnsupportedOpError);
});

test.each<[string, Graph]>([
  [
    'conv2d "convolution"',
    {
      ...graph,
      values: {
        ...graph.values,
        y: { ...y, quantization: perTensor(2 ** -149) },
        flat: { ...flat, quantization: perTensor(2 ** -149) },
      },
    },
  ],
  [
    'average-pool2d "pool"',
    {
      ...graph,
      nodes: [
        {
          name: 'pool',
          op: 'average-pool2d',
          attributes: { size: [3, 3], strides: [1, 1], padding: [0, 0, 0, 0], activation: 'none' },
          inputs: ['x'],
          outputs: ['flat'],
        },
      ],
      values: { x, flat: { ...x, shape: [1, 4, 6, 3], quantization: perTensor(2 ** -100) } },
      constants: {},
    },
  ],
])('scales that cannot be computed with are a NumericError that names the layer: %s', (where, bad) => {
  expect(() => inspectGraph(bad)).toThrow(NumericError);
  expect(() => inspectGraph(bad)).toThrow(`${where}: requantize: multiplier`);
});

test('a chain of as many layers as are imported takes no longer for each than a short one', () => {
  const count = 2 ** 14;
  const type: TensorType = { dtype: 'float32', shape: [1, 4] };
  const names = Array.from({ length: count + 1 }, (_, index) => `h${index}`);
  const nodes = names.slice(1).map((name, index) => ({
    name,
    op: 'sigmoid',
    attributes: {},
    inputs: [names[index]],
    outputs: [name],
  }));
  const values = Object.fromEntries(names.map((name) => [name, type]));
  const start = performance.now();
  const { layers } = inspectGraph({
    name: 'chain',
    nodes,
    values,
    constants: {},
    inputs: ['h0'],
    outputs: names.slice(1),
    metadata: {},
  });
  expect(layers).toHaveLength(count);
  // About a second.
  expect(performance.now() - start).toBeLessThan(20_000);
});
