import { expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import type { TableSpec } from '../../../support/flatbuffer-builder.ts';
import { tensorType } from '../../../support/tflite-builder.ts';
import { floats, importValid, singleOperator, x, y } from '../../../support/tflite-models.ts';

const relu: TableSpec = { 0: { int8: 1 } };

/** BuiltinOperator numbers of the public schema, and BuiltinOptions with their fields. */
const operators: readonly [number, string, 'none' | 'relu', (readonly [number, TableSpec])?][] = [
  [0, 'add', 'relu', [11, relu]],
  [18, 'mul', 'none'],
  [18, 'mul', 'relu', [21, relu]],
  [41, 'sub', 'relu', [28, relu]],
  [42, 'div', 'relu', [29, relu]],
  [55, 'maximum', 'none', [39, {}]],
  [57, 'minimum', 'none', [39, {}]],
  [90, 'floor-div', 'none', [65, {}]],
  [95, 'floor-mod', 'none', [72, {}]],
  [54, 'prelu', 'none'],
  [78, 'pow', 'none', [56, {}]],
  [99, 'squared-difference', 'none', [76, {}]],
];

test.each(operators)('TFLite operator %i becomes %s with activation %s', (code, op, activation, options) => {
  const tensors = [x(2, 3), { name: 'c', shape: [3], data: floats(3) }, y(2, 3)];
  const graph = importValid(singleOperator(code, tensors, options));
  expect(graph.nodes).toMatchObject([{ op, attributes: { activation }, inputs: ['x', 'c'] }]);
});

test.each([54, 78])('TFLite operator %i on INT32 is refused', (code) => {
  const integers = [x(2), x(2), y(2)].map((tensor) => ({ ...tensor, type: tensorType.INT32 }));
  expect(() => tfliteGraph(singleOperator(code, integers))).toThrow(/values of type INT32/);
});
