import { expect, test } from 'vitest';
import type { TableSpec } from '../../../support/flatbuffer-builder.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { importValid, singleOperator, x, y } from '../../../support/tflite-models.ts';

/** BuiltinOperator numbers of the public schema, and BuiltinOptions with their fields. */
const operators: readonly [number, string, object, (readonly [number, TableSpec])?][] = [
  [8, 'floor', {}],
  [14, 'sigmoid', {}],
  [28, 'tanh', {}],
  [47, 'exp', {}, [33, {}]],
  [59, 'neg', {}, [42, {}]],
  [66, 'sin', {}],
  [73, 'log', {}],
  [75, 'sqrt', {}],
  [76, 'rsqrt', {}],
  [92, 'square', {}, [66, {}]],
  [98, 'leaky-relu', { alpha: 0.25 }, [75, { 0: { float32: 0.25 } }]],
  [101, 'abs', {}, [78, {}]],
  [104, 'ceil', {}],
  [108, 'cos', {}, [84, {}]],
  [111, 'elu', { alpha: 1 }],
  [116, 'round', {}],
  [117, 'hard-swish', {}, [91, {}]],
  [150, 'gelu', { isApproximate: false }],
  [150, 'gelu', { isApproximate: true }, [116, { 0: { int8: 1 } }]],
  [158, 'sign', {}],
];

test.each(operators)('TFLite operator %i becomes %s %o', (code, op, attributes, options) => {
  const graph = importValid(singleOperator(code, [x(2, 3), y(2, 3)], options));
  expect(graph.nodes).toMatchObject([{ op, attributes }]);
});

test('a slope that is no number is refused', () => {
  const options = [75, { 0: { float32: NaN } }] as const;
  expect(() => tfliteGraph(singleOperator(98, [x(2, 3), y(2, 3)], options))).toThrow(/alpha is NaN/);
});
