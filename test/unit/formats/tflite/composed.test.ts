import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { buildTflite, tensorType } from '../../../support/tflite-builder.ts';
import { codes, floats, importValid, int32s, singleOperator, x, y } from '../../../support/tflite-models.ts';

const { INT32 } = tensorType;

/** What a model of a float input x and an output y makes of numbers. */
function run(bytes: Uint8Array, shape: readonly number[], data: readonly number[]): number[] {
  const graph = importValid(bytes);
  const values = runReference(graph, { x: { dtype: 'float32', shape, data: Float32Array.from(data) } });
  return [...values.get('y')!.data];
}

describe('operators that become several nodes', () => {
  test('ADD_N', () => {
    const others = ['b', 'c'].map((name) => ({ name, shape: [2], data: floats(2) }));
    expect(run(singleOperator(106, [x(2), ...others, y(2)]), [2], [10, 20])).toEqual([10, 22]);
    expect(run(singleOperator(106, [x(2), y(2)]), [2], [10, 20])).toEqual([10, 20]);
    expect(() => tfliteGraph(singleOperator(106, [codes('x', [2]), codes('y', [2])]))).toThrow(/values of type INT8/);
  });

  test('L2_POOL_2D', () => {
    const options = (activation: number) =>
      [
        5,
        { 0: { int8: 1 }, 1: { int32: 2 }, 2: { int32: 2 }, 3: { int32: 2 }, 4: { int32: 2 }, 5: { int8: activation } },
      ] as const;
    const tensors = [x(1, 2, 4, 1), y(1, 1, 2, 1)];
    // What TensorFlow Lite's own tests expect.
    const [left, right] = run(singleOperator(12, tensors, options(0)), [1, 2, 4, 1], [0, 6, 2, 4, 3, 2, 10, 7]);
    expect(left).toBeCloseTo(3.5, 6);
    expect(right).toBeCloseTo(6.5, 6);
    const clamped = singleOperator(12, tensors, options(3));
    expect(run(clamped, [1, 2, 4, 1], [0, 6, 2, 4, 3, 2, 10, 7])).toEqual([3.5, 6]);
    const quantized = singleOperator(12, [codes('x', [1, 2, 2, 1]), codes('y', [1, 1, 1, 1])], options(0));
    expect(() => tfliteGraph(quantized)).toThrow(/values of type INT8/);
  });

  test('RELU_0_TO_1', () => {
    expect(run(singleOperator(152, [x(4), y(4)]), [4], [-1, 0.25, 1, 3])).toEqual([0, 0.25, 1, 1]);
  });
});

describe('TOPK_V2', () => {
  const model = (k: readonly number[], type: number = INT32): Uint8Array =>
    buildTflite({
      tensors: [x(2, 3), int32s(...k), y(2, 2), { name: 'at', shape: [2, 2], type }],
      operators: [{ code: 48, inputs: [0, 1], outputs: [2, 3], options: [34, {}] }],
      inputs: [0],
      outputs: [2, 3],
    });

  test('values and their places', () => {
    const graph = importValid(model([2]));
    const data = Float32Array.of(1, 3, 2, 5, 5, 6);
    const values = runReference(graph, { x: { dtype: 'float32', shape: [2, 3], data } });
    expect(graph.outputs.map((name) => [...values.get(name)!.data])).toEqual([
      [3, 2, 6, 5],
      [1, 2, 2, 0],
    ]);
  });

  test('what does not fit is refused', () => {
    expect(() => tfliteGraph(model([2], tensorType.INT64))).toThrow(/INT64/);
    expect(() => tfliteGraph(model([1, 2]))).toThrow(/there are 2 counts, expected one/);
    expect(() => tfliteGraph(model([4]))).toThrow(/k is 4/);
  });
});
