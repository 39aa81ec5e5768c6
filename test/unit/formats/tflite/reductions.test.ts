import { expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { tensorType } from '../../../support/tflite-builder.ts';
import { codes, importValid, int32s, singleOperator, x, y } from '../../../support/tflite-models.ts';

const { BOOL, INT32 } = tensorType;

test.each([
  [74, 'sum'],
  [81, 'prod'],
  [82, 'reduce-max'],
  [89, 'reduce-min'],
])('TFLite operator %i becomes %s', (code, op) => {
  const kept = [27, { 0: { int8: 1 } }] as const;
  const graph = importValid(singleOperator(code, [x(2, 3, 4), int32s(-1, 0, 2), y(1, 3, 1)], kept));
  expect(graph.nodes).toMatchObject([{ op, attributes: { axes: [0, 2], keepDims: true }, inputs: ['x'] }]);
  const integers = singleOperator(code, [{ ...x(2, 3), type: INT32 }, int32s(1), { ...y(2), type: INT32 }]);
  expect(importValid(integers).nodes).toMatchObject([{ op, attributes: { axes: [1], keepDims: false } }]);
});

test.each([
  [91, 'reduce-max'],
  [140, 'reduce-min'],
])('TFLite operator %i on booleans becomes %s', (code, op) => {
  const bools = [{ ...x(2, 3), type: BOOL }, int32s(1), { ...y(2), type: BOOL }];
  expect(importValid(singleOperator(code, bools)).nodes).toMatchObject([{ op }]);
  expect(() => tfliteGraph(singleOperator(code, [x(2, 3), int32s(1), y(2)]))).toThrow(/"y" is FLOAT32, not BOOL/);
});

test('no axes: nothing is reduced', () => {
  const graph = importValid(singleOperator(74, [x(2, 3), int32s(), y(2, 3)]));
  expect(graph.nodes).toMatchObject([{ op: 'reshape', attributes: { shape: [2, 3] } }]);
});

test('no axes, but another scale: the same numbers in other codes', () => {
  const graph = importValid(singleOperator(82, [codes('x', [2], 0.5, 3n), int32s(), codes('y', [2], 0.25, -1n)]));
  const { shape, quantization } = graph.values['x'];
  const data = Int8Array.of(5, 1);
  // 0.5 · (5 − 3) = 1 and 0.5 · (1 − 3) = −1, of which 0.25 goes into each four times.
  const result = runReference(graph, { x: { dtype: 'int8', shape, quantization, data } }).get('y')!;
  expect([...result.data]).toEqual([3, -5]);
});

test('a quotient of integers and a product of codes are refused', () => {
  const integers = [{ ...x(2, 3), type: INT32 }, int32s(1), { ...y(2), type: INT32 }];
  expect(() => tfliteGraph(singleOperator(40, integers))).toThrow(/MEAN "y" .*a result of type INT32/);
  const product = [codes('x', [2, 3]), int32s(1), codes('y', [2])];
  expect(() => tfliteGraph(singleOperator(81, product))).toThrow(/REDUCE_PROD "y" .*a result of type INT8/);
});
