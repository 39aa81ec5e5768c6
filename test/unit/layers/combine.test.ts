import { expect, test } from 'vitest';
import { add, divide, maximum, minimum, multiply, subtract } from '../../../src/layers/combine.ts';
import { model } from '../../../src/layers/model.ts';
import { input } from '../../../src/layers/value.ts';
import { runReference } from '../../../src/runtime/reference.ts';

test('arithmetic of two values', () => {
  const type = (data: number[]) => ({ dtype: 'float32' as const, shape: [2], data: Float32Array.from(data) });
  const [a, b] = [input('a', [2]), input('b', [2])];
  const graph = model({
    inputs: [a, b],
    outputs: {
      sum: add()(a, b),
      difference: subtract()(a, b),
      clamped: subtract({ activation: 'relu' })(a, b),
      product: multiply()(a, b),
      quotient: divide()(a, b),
      low: minimum()(a, b),
      high: maximum()(a, b),
    },
  });
  const values = runReference(graph, { a: type([1, 6]), b: type([2, 4]) });
  const result = Object.fromEntries(graph.outputs.map((name) => [name, [...values.get(name)!.data]]));
  expect(result).toEqual({
    sum: [3, 10],
    difference: [-1, 2],
    clamped: [0, 2],
    product: [2, 24],
    quotient: [0.5, 1.5],
    low: [1, 4],
    high: [2, 6],
  });
});
