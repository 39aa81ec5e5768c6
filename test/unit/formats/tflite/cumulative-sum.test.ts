import { expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { codes, importValid, int32s, singleOperator, x, y } from '../../../support/tflite-models.ts';

test('CUMSUM', () => {
  const options = [102, { 0: { int8: 1 }, 1: { int8: 1 } }] as const;
  const graph = importValid(singleOperator(128, [x(2, 3), int32s(-1), y(2, 3)], options));
  const attributes = { axis: 1, exclusive: true, reverse: true };
  expect(graph.nodes).toMatchObject([{ op: 'cumulative-sum', attributes, inputs: ['x'] }]);
  expect(() => tfliteGraph(singleOperator(128, [x(2, 3), int32s(0, 1), y(2, 3)]))).toThrow(/there are 2 axes/);
  expect(() => tfliteGraph(singleOperator(128, [codes('x', [2]), int32s(0), codes('y', [2])]))).toThrow(/sums of INT8/);
});
