import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { tensorType, type TensorSpec } from '../../../support/tflite-builder.ts';
import { codes, importValid, singleOperator, x, y } from '../../../support/tflite-models.ts';

const { BOOL, INT32 } = tensorType;
const bool = (name: string, ...shape: readonly number[]): TensorSpec => ({ name, shape, type: BOOL });
const bools = (...data: readonly number[]): TensorSpec => ({
  ...bool('constant', data.length),
  data: Uint8Array.from(data),
});

/** What a model of one operator on BOOL makes of a BOOL input. */
function run(code: number, tensors: readonly TensorSpec[], input: readonly number[], inputs?: number[]): number[] {
  const graph = importValid(singleOperator(code, tensors, undefined, inputs));
  const data = Int32Array.from(input);
  const values = runReference(graph, { x: { dtype: 'int32', shape: [data.length], data } });
  return [...values.get('y')!.data];
}

test.each([
  [58, 'less'],
  [61, 'greater'],
  [62, 'greater-equal'],
  [63, 'less-equal'],
  [71, 'equal'],
  [72, 'not-equal'],
])('TFLite operator %i becomes %s', (code, op) => {
  const second = { name: 'c', shape: [3], data: Float32Array.of(1, 2, 3) };
  const graph = importValid(singleOperator(code, [x(2, 3), second, bool('y', 2, 3)]));
  expect(graph.nodes).toMatchObject([{ op, inputs: ['x', 'c'] }]);
  expect(graph.values['y'].dtype).toBe('int32');
  const scales = importValid(
    singleOperator(code, [codes('x', [2], 0.5), { ...codes('c', [2], 0.25), data: Int8Array.of(1, 2) }, bool('y', 2)]),
  );
  expect(scales.nodes).toMatchObject([{ op }]);
});

describe('booleans', () => {
  test('LOGICAL_AND, LOGICAL_OR and LOGICAL_NOT; a constant holds a byte for each, of which all but 0 are true', () => {
    const tensors = [bool('x', 4), bools(0, 1, 0, 7), bool('y', 4)];
    expect(run(86, tensors, [0, 0, 1, 1])).toEqual([0, 0, 0, 1]);
    expect(run(84, tensors, [0, 0, 1, 1])).toEqual([0, 1, 1, 1]);
    expect(run(87, [bool('x', 2), bool('y', 2)], [0, 1])).toEqual([1, 0]);
  });

  test('CAST from and to BOOL', () => {
    expect(run(53, [bool('x', 2), y(2)], [0, 1])).toEqual([0, 1]);
    expect(run(53, [bool('x', 2), { ...y(2), type: INT32 }], [0, 1])).toEqual([0, 1]);
    expect(run(53, [{ ...x(3), type: INT32 }, bool('y', 3)], [0, -5, 1])).toEqual([0, 1, 1]);
    const graph = importValid(singleOperator(53, [x(3), bool('y', 3)]));
    const data = Float32Array.of(0.25, 0, -3);
    const values = runReference(graph, { x: { dtype: 'float32', shape: [3], data } });
    expect([...values.get('y')!.data]).toEqual([1, 0, 1]);
  });

  test('other types and lengths are refused', () => {
    const ints = { ...x(2), type: INT32 };
    expect(() => tfliteGraph(singleOperator(86, [ints, ints, bool('y', 2)]))).toThrow(/"x" is INT32, not BOOL/);
    expect(() => tfliteGraph(singleOperator(58, [x(2), x(2), y(2)]))).toThrow(/"y" is FLOAT32, not BOOL/);
    expect(() => tfliteGraph(singleOperator(58, [x(2), ints, bool('y', 2)]))).toThrow(
      /a comparison of FLOAT32 with INT32/,
    );
    expect(() => tfliteGraph(singleOperator(19, [bool('x', 2), bool('y', 2)]))).toThrow(/element type BOOL/);
    const long = { ...bools(1, 0, 1), shape: [2] };
    expect(() => tfliteGraph(singleOperator(86, [bool('x', 2), long, bool('y', 2)]))).toThrow(/has 3 bytes of data/);
  });
});

describe('SELECT and SELECT_V2', () => {
  const operand = (name: string, ...data: number[]): TensorSpec => ({
    name,
    shape: [2, data.length / 2],
    data: Float32Array.from(data),
  });

  test('a list of conditions is for the first axis in SELECT, for the last in SELECT_V2', () => {
    const tensors = [bool('x', 2), operand('a', 1, 2, 3, 4), operand('b', 5, 6, 7, 8), y(2, 2)];
    expect(run(64, tensors, [0, 1])).toEqual([5, 6, 3, 4]);
    expect(run(123, tensors, [0, 1])).toEqual([5, 2, 7, 4]);
  });

  test('a condition that is no boolean is refused', () => {
    const tensors = [{ ...x(2), type: INT32 }, operand('a', 1, 2), operand('b', 3, 4), y(2, 1)];
    expect(() => tfliteGraph(singleOperator(123, tensors))).toThrow(/"x" is INT32, not BOOL/);
  });
});
