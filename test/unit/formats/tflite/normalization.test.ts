import { expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { codes, importValid, singleOperator, x, y } from '../../../support/tflite-models.ts';

test('L2_NORMALIZATION', () => {
  const graph = importValid(singleOperator(11, [x(2, 3), y(2, 3)], [12, {}]));
  expect(graph.nodes).toMatchObject([{ op: 'l2-normalization', attributes: {} }]);
  const relu = [12, { 0: { int8: 1 } }] as const;
  expect(() => tfliteGraph(singleOperator(11, [x(2, 3), y(2, 3)], relu))).toThrow(/the fused activation relu/);
});

test('LOCAL_RESPONSE_NORMALIZATION', () => {
  const options = (radius: number, beta: number) =>
    [13, { 0: { int32: radius }, 1: { float32: 1 }, 2: { float32: 0.5 }, 3: { float32: beta } }] as const;
  const graph = importValid(singleOperator(13, [x(2, 3), y(2, 3)], options(5, 0.75)));
  const attributes = { radius: 5, bias: 1, alpha: 0.5, beta: 0.75 };
  expect(graph.nodes).toMatchObject([{ op: 'local-response-normalization', attributes }]);
  const refused =
    (...change: [number, number]) =>
    () =>
      tfliteGraph(singleOperator(13, [x(2, 3), y(2, 3)], options(...change)));
  expect(refused(-1, 1)).toThrow(/radius -1, bias 1/);
  expect(refused(1, Infinity)).toThrow(/beta Infinity/);
  expect(() => tfliteGraph(singleOperator(13, [codes('x', [2]), codes('y', [2])], options(1, 1)))).toThrow(
    /values of type INT8/,
  );
});

test('LOG_SOFTMAX', () => {
  const graph = importValid(singleOperator(50, [x(2, 3), y(2, 3)]));
  expect(graph.nodes).toMatchObject([{ op: 'log-softmax', attributes: {} }]);
});
