import { expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { codes, importValid, operatorCode, singleOperator, x, y } from '../../../support/tflite-models.ts';

const NONE = 0;
const [RELU_N1_TO_1, TANH, SIGN_BIT] = [2, 4, 5];

/** x + x, with an activation. */
function doubled(activation: number): Uint8Array {
  return singleOperator(operatorCode.ADD, [x(4), y(4)], [11, { 0: { int8: activation } }], [0, 0]);
}

test('activations that are clamps stay with their operator, others follow it', () => {
  const expected = {
    [NONE]: [-3, -0.5, 0, 4],
    [RELU_N1_TO_1]: [-1, -0.5, 0, 1],
    [TANH]: [-3, -0.5, 0, 4].map((value) => Math.fround(Math.tanh(value))),
    [SIGN_BIT]: [1, 1, 0, 0],
  };
  for (const [activation, values] of Object.entries(expected)) {
    const graph = importValid(doubled(Number(activation)));
    const input = { ...graph.values['x'], data: Float32Array.of(-1.5, -0.25, 0, 2) };
    expect([...runReference(graph, { x: input }).get('y')!.data].map((value) => value + 0)).toEqual(values);
    expect(graph.outputs).toEqual(['y']);
  }
  expect(importValid(doubled(TANH)).nodes.map(({ op, outputs }) => [op, ...outputs])).toEqual([
    ['add', 'y/add'],
    ['tanh', 'y'],
  ]);
});

test('one that follows is unknown to the scale of codes', () => {
  const bytes = singleOperator(
    operatorCode.ADD,
    [codes('x', [4]), codes('y', [4])],
    [11, { 0: { int8: TANH } }],
    [0, 0],
  );
  expect(() => tfliteGraph(bytes)).toThrow(/ADD "y" \(operator 0\): the fused activation TANH/);
});
