import { expect, test } from 'vitest';
import { ShapeError } from '../../../src/errors.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import { relu, softmax } from '../../../src/layers/activation.ts';
import { flatten } from '../../../src/layers/arrange.ts';
import { conv2d } from '../../../src/layers/convolution.ts';
import { dense } from '../../../src/layers/dense.ts';
import { sequential } from '../../../src/layers/sequential.ts';
import type { Graph } from '../../../src/graph/graph.ts';

function tiny(seed?: number): Graph {
  return sequential(
    { image: [2, 28, 28, 1] },
    [
      conv2d({ filters: 8, size: 3, stride: 2 }),
      relu(),
      conv2d({ filters: 4, size: 3, padding: 'valid', bias: false }),
      flatten(),
      dense({ units: 10 }),
      softmax({ name: 'probabilities' }),
    ],
    { seed },
  );
}

test('a chain becomes a valid graph with generated names and inferred shapes', () => {
  const graph = tiny();
  validateGraph(graph);
  expect(graph.nodes.map(({ name, op }) => `${name}: ${op}`)).toEqual([
    'conv2d: conv2d',
    'relu: relu',
    'conv2d_1: conv2d',
    'flatten: reshape',
    'dense: matmul',
    'probabilities: softmax',
  ]);
  expect(graph.nodes.map(({ outputs }) => graph.values[outputs[0]].shape)).toEqual([
    [2, 14, 14, 8],
    [2, 14, 14, 8],
    [2, 12, 12, 4],
    [2, 576],
    [2, 10],
    [2, 10],
  ]);
  expect(graph.inputs).toEqual(['image']);
  expect(graph.outputs).toEqual(['probabilities']);
  expect(Object.keys(graph.constants)).toEqual([
    'conv2d/weights',
    'conv2d/bias',
    'conv2d_1/weights',
    'dense/weights',
    'dense/bias',
  ]);
});

test('the seed decides the weights', () => {
  const weights = (graph: Graph): unknown => graph.constants['dense/weights'].data;
  expect(weights(tiny(7))).toEqual(weights(tiny(7)));
  expect(weights(tiny(7))).not.toEqual(weights(tiny(8)));
  expect(weights(tiny())).toEqual(weights(tiny(0)));
});

test('a layer that does not fit says which it is', () => {
  const layers = [dense({ units: 3 }), conv2d({ name: 'stem', filters: 8, size: 3 })];
  expect(() => sequential({ features: [1, 5] }, layers)).toThrow(ShapeError);
  expect(() => sequential({ features: [1, 5] }, layers)).toThrow(
    /layer 2 of 2: conv2d "stem": input has shape \[1, 3\]/,
  );
});

test('a chain has one input, and at least one layer', () => {
  expect(() => sequential({ a: [1], b: [1] }, [relu()])).toThrow(/2 inputs were given/);
  expect(() => sequential({ a: [1, 4] }, [])).toThrow(ShapeError);
});
