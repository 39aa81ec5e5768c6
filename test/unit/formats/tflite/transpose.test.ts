import { expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { importValid, int32s, singleOperator, x, y } from '../../../support/tflite-models.ts';

test('TRANSPOSE', () => {
  const graph = importValid(singleOperator(39, [x(2, 3, 4), int32s(0, -1, 1), y(2, 4, 3)], [26, {}]));
  expect(graph.nodes).toMatchObject([{ op: 'transpose', attributes: { permutation: [0, 2, 1] }, inputs: ['x'] }]);
  expect(() => tfliteGraph(singleOperator(39, [x(2, 3), int32s(0, 0), y(2, 2)]))).toThrow(/permutation \[0, 0\]/);
});
