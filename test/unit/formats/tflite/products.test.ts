import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import type { TableSpec } from '../../../support/flatbuffer-builder.ts';
import { buildTflite, type TensorSpec } from '../../../support/tflite-builder.ts';
import { codes, floats, importValid, operatorCode, singleOperator, x, y } from '../../../support/tflite-models.ts';

const BATCH_MATMUL = 126;
const transposed = { is: { int8: 1 } } as const;

/** A model of two inputs. */
function product(
  code: number,
  a: TensorSpec,
  b: TensorSpec,
  result: TensorSpec,
  options: readonly [number, TableSpec],
) {
  return buildTflite({
    tensors: [a, { ...b, name: 'w' }, result],
    operators: [{ code, inputs: [0, 1], outputs: [2], options }],
    inputs: [0, 1],
    outputs: [2],
  });
}

describe('BATCH_MATMUL', () => {
  test('of two values', () => {
    const options = [101, { 0: transposed.is }] as const;
    const graph = importValid(product(BATCH_MATMUL, x(2, 4, 3), x(5, 1, 4, 6), y(5, 2, 3, 6), options));
    expect(graph.nodes).toMatchObject([
      { op: 'batch-matmul', attributes: { transposesA: true, transposesB: false }, inputs: ['x', 'w'] },
    ]);
    expect(graph.values['y'].shape).toEqual([5, 2, 3, 6]);
  });

  test.each([
    ['as it is', [2, 3], {}],
    ['stored transposed', [3, 2], { 1: transposed.is }],
  ] as const)('by a constant %s', (_, shape, fields) => {
    // [[0, 1, 2], [3, 4, 5]], or its transpose.
    const data = shape[0] === 2 ? floats(2, 3) : Float32Array.of(0, 3, 1, 4, 2, 5);
    const weights = { name: 'w', shape, data };
    const graph = importValid(singleOperator(BATCH_MATMUL, [x(1, 1, 2), weights, y(1, 1, 3)], [101, fields]));
    expect(graph.nodes.at(-1)!.op).toBe('matmul');
    const input = { dtype: 'float32' as const, shape: [1, 1, 2], data: Float32Array.of(1, 10) };
    expect([...runReference(graph, { x: input }).get('y')!.data]).toEqual([30, 41, 52]);
  });

  test('by a constant for each of a batch, and of one that is stored transposed', () => {
    const weights = { name: 'w', shape: [4, 2, 3], data: floats(4, 2, 3) };
    const batched = importValid(singleOperator(BATCH_MATMUL, [x(4, 1, 2), weights, y(4, 1, 3)]));
    expect(batched.nodes).toMatchObject([{ op: 'batch-matmul' }]);
    const matrix = { name: 'w', shape: [2, 3], data: floats(2, 3) };
    const turned = importValid(singleOperator(BATCH_MATMUL, [x(2, 5), matrix, y(5, 3)], [101, { 0: transposed.is }]));
    expect(turned.nodes).toMatchObject([{ op: 'batch-matmul', attributes: { transposesA: true } }]);
  });

  test('other types', () => {
    const bytes = product(BATCH_MATMUL, codes('x', [2, 3]), codes('w', [3, 2]), codes('y', [2, 2]), [101, {}]);
    expect(importValid(bytes).values['y']).toMatchObject({ dtype: 'int8', shape: [2, 2] });
    const mixed = product(BATCH_MATMUL, x(2, 3), codes('w', [3, 2]), y(2, 2), [101, {}]);
    expect(() => tfliteGraph(mixed)).toThrow(
      /BATCH_MATMUL "y" \(operator 0\): tensor 1 "w" is INT8 and the output FLOAT32/,
    );
    const unfit = product(BATCH_MATMUL, x(2, 3), x(2, 3), y(2, 2), [101, {}]);
    expect(() => tfliteGraph(unfit)).toThrow(ShapeError);
  });
});

test('FULLY_CONNECTED with weights that are computed', () => {
  const { FULLY_CONNECTED } = operatorCode;
  const graph = importValid(product(FULLY_CONNECTED, x(1, 1, 2), x(3, 2), y(1, 1, 3), [8, { 2: { int8: 1 } }]));
  expect(graph.nodes).toMatchObject([{ op: 'matmul', inputs: ['x', 'w'] }]);
  const values = runReference(graph, {
    x: { dtype: 'float32', shape: [1, 1, 2], data: Float32Array.of(1, 10) },
    w: { dtype: 'float32', shape: [3, 2], data: floats(3, 2) },
  });
  expect([...values.get('y')!.data]).toEqual([10, 32, 54]);
});
