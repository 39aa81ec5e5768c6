import { expect, test } from 'vitest';
import { ShapeError } from '../../../src/errors.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import { relu, reluN1To1, sigmoid } from '../../../src/layers/activation.ts';
import { add, concat } from '../../../src/layers/combine.ts';
import { conv2d, depthwiseConv2d } from '../../../src/layers/convolution.ts';
import { dequantizeLinear, quantizeLinear } from '../../../src/layers/linear-quantization.ts';
import { model } from '../../../src/layers/model.ts';
import { averagePool2d, globalAveragePool2d, globalMaxPool2d, maxPool2d } from '../../../src/layers/pooling.ts';
import { pad } from '../../../src/layers/arrange.ts';
import { input } from '../../../src/layers/value.ts';
import { runReference } from '../../../src/runtime/reference.ts';

test('branches join, outputs have the names they were given', () => {
  const image = input('image', [1, 8, 8, 4]);
  const left = conv2d({ filters: 4, size: 3, activation: 'relu' })(image);
  const right = depthwiseConv2d({ size: 3, name: 'right' })(image);
  const joined = concat()(add()(left, right), image);
  const pooled = maxPool2d({ size: 2 })(joined);
  const graph = model({
    name: 'branches',
    inputs: [image],
    outputs: { pooled, mean: globalAveragePool2d()(averagePool2d({ size: 3, padding: 'same' })(pooled)) },
    metadata: { origin: 'test' },
  });
  validateGraph(graph);
  expect(graph.nodes.map(({ name }) => name)).toEqual([
    'conv2d',
    'right',
    'add',
    'concat',
    'max_pool2d',
    'average_pool2d',
    'mean_1',
  ]);
  expect(graph.outputs).toEqual(['pooled', 'mean']);
  expect(graph.values['pooled'].shape).toEqual([1, 4, 4, 8]);
  expect(graph.values['mean'].shape).toEqual([1, 8]);
  expect(graph.nodes[2].inputs).toEqual(['conv2d', 'right']);
  expect(graph.metadata).toEqual({ origin: 'test' });
});

test('a clamp to -1 and 1, and the maximum of each channel', () => {
  const image = input('image', [2, 2, 2, 1]);
  const graph = model({ inputs: [image], outputs: { y: reluN1To1()(globalMaxPool2d()(image)) } });
  validateGraph(graph);
  expect(graph.nodes.map(({ name }) => name)).toEqual(['max_pool2d', 'reshape', 'relu_n1_to_1']);
  const data = Float32Array.of(-3, -2, -5, -4, 0.5, -1, 0.25, 0);
  const values = runReference(graph, { image: { dtype: 'float32', shape: [2, 2, 2, 1], data } });
  expect(values.get('y')).toMatchObject({ shape: [2, 1], data: Float32Array.of(-1, 0.5) });
  const named = globalMaxPool2d({ name: 'peak' })(image);
  expect(model({ inputs: [image], outputs: { z: named } }).nodes.map(({ name }) => name)).toEqual([
    'peak/pool',
    'peak',
  ]);
  expect(() => globalMaxPool2d()(input('x', [1, 4]))).toThrow(/max-pool2d "max_pool2d": input has shape \[1, 4\]/);
});

test('only what the outputs need becomes part of the graph', () => {
  const x = input('x', [1, 4]);
  sigmoid()(x);
  expect(model({ inputs: [x], outputs: { y: relu()(x) } }).nodes.map(({ op }) => op)).toEqual(['relu']);
});

test('codes pass through layers that keep their scale, and no others', () => {
  const x = input('x', [1, 4, 4, 4]);
  const codes = quantizeLinear({ scale: 0.5, zeroPoint: 3 })(x);
  const pooled = maxPool2d({ size: 2 })(codes);
  expect(pooled.type).toEqual({
    dtype: 'int8',
    shape: [1, 2, 2, 4],
    quantization: { scales: [0.5], zeroPoints: [3] },
  });
  expect(dequantizeLinear()(pooled).type).toEqual({ dtype: 'float32', shape: [1, 2, 2, 4] });
  expect(() => sigmoid()(codes)).toThrow(/cannot choose a scale.*dequantizeLinear/);
});

test.each([
  { padding: 'same', size: 3, stride: 2, expected: [0, 0, 1, 1], output: [1, 14, 14, 2] },
  { padding: 'same', size: 3, stride: 1, expected: [1, 1, 1, 1], output: [1, 28, 28, 2] },
  { padding: 'same', size: [1, 4], stride: [1, 3], expected: [0, 1, 0, 2], output: [1, 28, 10, 2] },
  { padding: 'valid', size: 3, stride: 2, expected: [0, 0, 0, 0], output: [1, 13, 13, 2] },
  { padding: [2, 0, 1, 3], size: 3, stride: 1, expected: [2, 0, 1, 3], output: [1, 29, 29, 2] },
] as const)('padding $padding of size $size, stride $stride', ({ padding, size, stride, expected, output }) => {
  const y = conv2d({ filters: 2, size, stride, padding })(input('x', [1, 28, 28, 1]));
  expect(y.type.shape).toEqual(output);
  expect(y.source).toMatchObject({ attributes: { padding: expected } });
});

test('weights that are given are used, and must fit', () => {
  const x = input('x', [1, 2, 2, 1]);
  const weights = Float32Array.of(1, 2, 3, 4);
  const graph = model({ inputs: [x], outputs: { y: conv2d({ filters: 1, size: 2, weights })(x) } });
  expect(graph.constants['conv2d/weights']).toEqual({ dtype: 'float32', shape: [1, 2, 2, 1], data: weights });
  expect(() => conv2d({ filters: 2, size: 2, weights })(x)).toThrow(/have 4 numbers, shape \[2, 2, 2, 1\] needs 8/);
  const tensor = { dtype: 'float32', shape: [1, 1, 4, 1], data: weights } as const;
  expect(() => conv2d({ filters: 1, size: 2, weights: tensor })(x)).toThrow(/have shape \[1, 1, 4, 1\]/);
});

test('mistakes are named', () => {
  const x = input('x', [1, 4, 4, 3]);
  const y = relu({ name: 'y' })(x);
  expect(() => model({ inputs: [], outputs: { y } })).toThrow(/input "x", which `inputs` does not list/);
  expect(() => model({ inputs: [x], outputs: { x: y } })).toThrow(/two values are named "x"/);
  expect(() => model({ inputs: [x], outputs: { a: y, b: y } })).toThrow(ShapeError);
  expect(() => model({ inputs: [x], outputs: { z: relu({ name: 'y' })(y) } })).toThrow(/two layers are named "y"/);
  expect(() => conv2d({ filters: 4, size: 3, groups: 2 })(x)).toThrow(/2 groups do not divide 3 channels/);
  expect(() => conv2d({ filters: 4, size: 0 })).toThrow(/size \[0, 0\] must be positive integers/);
  expect(() => input('x', [1, -1])).toThrow(/not a positive integer/);
  expect(() => quantizeLinear({ scale: 0 })).toThrow(/scale 0 must be finite and positive/);
});

test('padding of every axis', () => {
  const y = pad({
    padding: [
      [0, 0],
      [1, 2],
      [0, 0],
      [0, 1],
    ],
  })(input('x', [1, 4, 4, 3]));
  expect(y.type.shape).toEqual([1, 7, 4, 4]);
});
