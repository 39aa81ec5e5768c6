import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import type { Graph } from '../../../../src/graph/graph.ts';
import { nextStates } from '../../../../src/graph/states.ts';
import { withBatch } from '../../../../src/graph/propagate-shapes.ts';
import { inspectGraph } from '../../../../src/runtime/inspect-graph.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import type { Tensor } from '../../../../src/tensor/tensor.ts';
import type { ModelSpec } from '../../../support/tflite-builder.ts';
import { importValid, operatorCode, x, y } from '../../../support/tflite-models.ts';
import { accumulator, callOnce, handle, handleOf, variableCode } from '../../../support/tflite-variables.ts';

const tensor = (...data: readonly number[]): Tensor => ({
  dtype: 'float32',
  shape: [1, data.length],
  data: Float32Array.from(data),
});

/** What three runs of a stream give. */
function stream(graph: Graph): number[][] {
  let states: Record<string, Tensor> = {};
  return [1, 2, 3].map((value) => {
    const values = runReference(graph, { x: tensor(value, 10 * value), ...states });
    states = nextStates(graph, Object.fromEntries(values));
    return [...values.get('y')!.data];
  });
}

describe('variables are inputs and outputs', () => {
  test('that begin at zero, or where the file says', () => {
    const graph = importValid(accumulator());
    expect(graph).toMatchObject({
      inputs: ['x', 'before'],
      outputs: ['y'],
      states: [{ input: 'before', output: 'y' }],
    });
    expect(stream(graph)).toEqual([
      [1, 10],
      [3, 30],
      [6, 60],
    ]);
    expect(stream(importValid(accumulator([100, -1])))).toEqual([
      [101, 9],
      [103, 29],
      [106, 59],
    ]);
  });

  test('of a batch', () => {
    const graph = withBatch(importValid(accumulator()), 2);
    const data = { dtype: 'float32' as const, shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
    expect([...runReference(graph, { x: data }).get('y')!.data]).toEqual([1, 2, 3, 4]);
    const begun = withBatch(importValid(accumulator([1, 1])), 2);
    expect(() => runReference(begun, { x: data })).toThrow(/its first state is one of another batch/);
  });

  test('what is read after it was assigned is what was assigned', () => {
    const graph = importValid(
      accumulator(undefined, {
        tensors: [
          x(1, 2),
          handle('total'),
          { name: 'before', shape: [1, 2] },
          { name: 'sum', shape: [1, 2] },
          { name: 'after', shape: [1, 2] },
          y(1, 2),
        ],
        operators: [
          handleOf('total', 1),
          { code: variableCode.READ, inputs: [1], outputs: [2] },
          { code: operatorCode.ADD, inputs: [0, 2], outputs: [3], options: [11, {}] },
          { code: variableCode.ASSIGN, inputs: [1, 3], outputs: [] },
          { code: variableCode.READ, inputs: [1], outputs: [4] },
          { code: operatorCode.ADD, inputs: [4, 2], outputs: [5], options: [11, {}] },
        ],
        outputs: [5],
      }),
    );
    expect(graph.states).toEqual([{ input: 'before', output: 'sum' }]);
    // x + before, and before once more.
    expect(stream(graph)).toEqual([
      [1, 10],
      [4, 40],
      [9, 90],
    ]);
  });

  test('one that nothing assigns stays what it is, one that nothing reads is none', () => {
    const graph = importValid(
      accumulator([4, 2], {
        operators: [
          callOnce(1),
          handleOf('total', 1),
          { code: variableCode.READ, inputs: [1], outputs: [2] },
          { code: operatorCode.ADD, inputs: [0, 2], outputs: [3], options: [11, {}] },
        ],
      }),
    );
    expect(graph.states).toMatchObject([{ input: 'before', output: 'before' }]);
    expect(stream(graph)[2]).toEqual([7, 32]);
    const written = importValid(
      accumulator(undefined, {
        operators: [
          handleOf('total', 1),
          { code: operatorCode.ADD, inputs: [0, 0], outputs: [3], options: [11, {}] },
          { code: variableCode.ASSIGN, inputs: [1, 3], outputs: [] },
        ],
      }),
    );
    expect(written).toMatchObject({ inputs: ['x'], outputs: ['y'] });
    expect(written.states).toBeUndefined();
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'another operator that takes the handle',
      accumulator(undefined, {
        operators: [
          handleOf('total', 1),
          { code: operatorCode.RELU, inputs: [1], outputs: [2] },
          { code: operatorCode.ADD, inputs: [0, 2], outputs: [3], options: [11, {}] },
        ],
      }),
      /the element type RESOURCE of tensor 1 "total"/,
    ],
    [
      'a first value that is computed',
      accumulator([1, 2], {
        others: [
          {
            tensors: [handle('total'), x(1, 2), { name: 'first', shape: [1, 2] }],
            operators: [
              handleOf('total', 0),
              { code: operatorCode.RELU, inputs: [1], outputs: [2] },
              { code: variableCode.ASSIGN, inputs: [0, 2], outputs: [] },
            ],
            inputs: [],
            outputs: [],
          },
        ],
      }),
      /CALL_ONCE.*variables of a kind that is not known/s,
    ],
    [
      'a subgraph that does not exist',
      accumulator(undefined, { operators: [callOnce(7), handleOf('total', 1)] }),
      /a called subgraph is 7, the file has entries 0 to 1/,
    ],
    [
      'a first value of another size',
      accumulator([1, 2, 3], { others: [otherFirst([1, 3])] }),
      /begins as tensor 1 "first"/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => tfliteGraph(bytes)).toThrow(message);
  });

  test('inspect shows them', () => {
    const { inputs, outputs } = inspectGraph(importValid(accumulator()));
    expect([Object.keys(inputs), Object.keys(outputs)]).toEqual([['x', 'before'], ['y']]);
  });
});

function otherFirst(shape: readonly number[]): NonNullable<ModelSpec['others']>[number] {
  return {
    tensors: [handle('total'), { name: 'first', shape, data: new Float32Array(3) }],
    operators: [handleOf('total', 0), { code: variableCode.ASSIGN, inputs: [0, 1], outputs: [] }],
    inputs: [],
    outputs: [],
  };
}
