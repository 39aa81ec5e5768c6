import { expect, test } from 'vitest';
import { dense } from '../../../src/layers/dense.ts';
import { sequential } from '../../../src/layers/sequential.ts';
import { withWeights } from '../../../src/layers/with-weights.ts';

const graph = sequential({ x: [1, 3] }, [dense({ units: 2 })]);

test('constants are replaced by name; the graph stays as it was', () => {
  const bias = { dtype: 'float32', shape: [2], data: Float32Array.of(5, 6) } as const;
  const changed = withWeights(graph, { 'dense/bias': bias });
  expect(changed.constants['dense/bias'].data).toBe(bias.data);
  expect(changed.constants['dense/weights']).toBe(graph.constants['dense/weights']);
  expect(graph.constants['dense/bias'].data).toEqual(Float32Array.of(0, 0));
});

test('names and types must be those of the graph', () => {
  const bias = { dtype: 'float32', shape: [3], data: new Float32Array(3) } as const;
  expect(() => withWeights(graph, { 'dense_1/bias': bias })).toThrow(/has no constant "dense_1\/bias". It has dense/);
  expect(() => withWeights(graph, { 'dense/bias': bias })).toThrow(
    /is float32 \[2\] in "model", the given tensor is float32 \[3\]/,
  );
});
