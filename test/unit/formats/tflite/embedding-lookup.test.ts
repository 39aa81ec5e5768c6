import { expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import type { TensorSpec } from '../../../support/tflite-builder.ts';
import { tensorType } from '../../../support/tflite-builder.ts';
import { codes, floats, importValid, singleOperator, x, y } from '../../../support/tflite-models.ts';

const EMBEDDING_LOOKUP = 7;
const { INT8, INT32 } = tensorType;
const indices: TensorSpec = { name: 'x', shape: [2], type: INT32 };
const table = { name: 'table', shape: [3, 2], type: INT8, data: Int8Array.of(1, 2, 3, 4, 5, 6) };

function look(rows: TensorSpec, result: TensorSpec): { readonly ops: readonly string[]; readonly values: number[] } {
  const graph = importValid(singleOperator(EMBEDDING_LOOKUP, [indices, rows, result]));
  const input = { dtype: 'int32' as const, shape: [2], data: Int32Array.of(2, 0) };
  return { ops: graph.nodes.map(({ op }) => op), values: [...runReference(graph, { x: input }).get('y')!.data] };
}

test('rows of numbers, and of codes', () => {
  expect(look({ name: 'table', shape: [3, 2], data: floats(3, 2) }, y(2, 2))).toEqual({
    ops: ['gather'],
    values: [4, 5, 0, 1],
  });
  const stored = { ...table, scales: [0.5], zeroPoints: [0n] };
  expect(look(stored, codes('y', [2, 2], 0.5, 0n))).toEqual({ ops: ['gather'], values: [5, 6, 1, 2] });
});

test('rows of codes as numbers: looked up first where one scale is theirs', () => {
  const one = look({ ...table, scales: [0.5], zeroPoints: [1n] }, y(2, 2));
  expect(one).toEqual({ ops: ['gather', 'dequantize'], values: [2, 2.5, 0, 0.5] });
  const each = look({ ...table, scales: [1, 2, 4], zeroPoints: [0n, 0n, 0n], axis: 0 }, y(2, 2));
  expect(each).toEqual({ ops: ['dequantize', 'gather'], values: [20, 24, 1, 2] });
});

test('other types', () => {
  const float = { name: 'table', shape: [3, 2], data: floats(3, 2) };
  expect(() => tfliteGraph(singleOperator(EMBEDDING_LOOKUP, [x(2), float, y(2, 2)]))).toThrow(
    /EMBEDDING_LOOKUP "y" \(operator 0\): indices of type FLOAT32/,
  );
  expect(() => tfliteGraph(singleOperator(EMBEDDING_LOOKUP, [indices, float, codes('y', [2, 2])]))).toThrow(
    /FLOAT32 rows as INT8/,
  );
});
