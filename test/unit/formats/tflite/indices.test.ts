import { expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { tensorType } from '../../../support/tflite-builder.ts';
import { importValid, int32s, singleOperator, x, y } from '../../../support/tflite-models.ts';

const { INT32, UINT8 } = tensorType;

test('ARG_MAX and ARG_MIN', () => {
  for (const [code, op] of [
    [56, 'arg-max'],
    [79, 'arg-min'],
  ] as const) {
    const graph = importValid(singleOperator(code, [x(2, 3), int32s(-1), { ...y(2), type: INT32 }]));
    expect(graph.nodes).toMatchObject([{ op, attributes: { axis: 1, keepDims: false } }]);
    expect(() => tfliteGraph(singleOperator(code, [x(2, 3), int32s(-1), y(2)]))).toThrow(/indices of type FLOAT32/);
  }
});

test('GATHER and GATHER_ND', () => {
  const options = [23, { 0: { int32: -1 } }] as const;
  const graph = importValid(singleOperator(36, [x(2, 3), int32s(2, 0, 2), y(2, 3)], options));
  expect(graph.nodes).toMatchObject([{ op: 'gather', attributes: { axis: 1 }, inputs: ['x', 'parameters'] }]);
  const nd = importValid(singleOperator(107, [x(4, 3), int32s(2), y(3)]));
  expect(nd.nodes).toMatchObject([{ op: 'gather-nd', attributes: {} }]);
  // An index for each row; axes that are shared count from the end of the indices, too.
  for (const [shared, output] of [
    [1, y(2)],
    [-1, y(2, 2)],
  ] as const) {
    const batched = [23, { 0: { int32: 1 }, 1: { int32: shared } }] as const;
    const rows = importValid(singleOperator(36, [x(2, 3), int32s(2, 0), output], batched));
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const values = runReference(rows, { x: { dtype: 'float32', shape: [2, 3], data } });
    expect([...values.get('y')!.data]).toEqual(shared === 1 ? [3, 4] : [3, 1, 6, 4]);
  }
});

test('CAST between numbers, and from bytes that stand for themselves', () => {
  const integers = importValid(singleOperator(53, [x(3), { ...y(3), type: INT32 }]));
  expect(integers.nodes).toMatchObject([{ op: 'cast' }]);
  const bytes = importValid(singleOperator(53, [{ ...x(3), type: UINT8 }, y(3)]));
  expect(bytes.nodes).toMatchObject([{ op: 'dequantize' }]);
  expect(bytes.values['x']).toMatchObject({ dtype: 'uint8', quantization: { scales: [1], zeroPoints: [0] } });
  const codes = { ...x(3), type: UINT8, scales: [0.5], zeroPoints: [3n] };
  expect(() => tfliteGraph(singleOperator(53, [codes, y(3)]))).toThrow(/a cast from UINT8 to FLOAT32/);
});
