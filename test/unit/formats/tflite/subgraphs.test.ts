import { describe, expect, test } from 'vitest';
import { FormatError, UnsupportedOpError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { inspectGraph } from '../../../../src/runtime/inspect-graph.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import {
  buildTflite,
  type ModelSpec,
  type OperatorSpec,
  type TensorSpec,
  tensorType,
} from '../../../support/tflite-builder.ts';
import { importValid, int32s, operatorCode, x, y } from '../../../support/tflite-models.ts';

const [CALL, GATHER, LESS, IF, WHILE, COMPOSITE] = [31, 36, 58, 118, 119, 206];
const { INT32, BOOL } = tensorType;
type Other = NonNullable<ModelSpec['others']>[number];

const value = (name: string, ...shape: readonly number[]): TensorSpec => ({ name, shape });
const index = (name: string): TensorSpec => ({ name, shape: [1], type: INT32 });
const add = (a: number, b: number, output: number): OperatorSpec => ({
  code: operatorCode.ADD,
  inputs: [a, b],
  outputs: [output],
  options: [11, {}],
});

function run(bytes: Uint8Array, ...data: readonly number[]): number[] {
  const graph = importValid(bytes);
  const input = { ...graph.values['x'], data: Float32Array.from(data) };
  return [...runReference(graph, { x: input }).get('y')!.data];
}

/** y = 2·x, in a subgraph. */
const doubled: Other = {
  tensors: [value('in', 1, 2), value('out', 1, 2)],
  operators: [add(0, 0, 1)],
  inputs: [0],
  outputs: [1],
};

describe('CALL and STABLEHLO_COMPOSITE are what they call', () => {
  test.each<[string, () => Omit<OperatorSpec, 'inputs' | 'outputs'>]>([
    ['CALL', () => ({ code: CALL, options: [16, { 0: { int32: 1 } }] })],
    [
      'STABLEHLO_COMPOSITE',
      () => ({
        code: COMPOSITE,
        fields: { 11: { int8: 21 }, 12: { table: { 0: { string: 'odml.double' }, 1: { int32: 1 } } } },
      }),
    ],
  ])('%s', (_, operator) => {
    const bytes = buildTflite({
      tensors: [x(1, 2), value('mid', 1, 2), y(1, 2)],
      operators: [
        { ...operator(), inputs: [0], outputs: [1] },
        { ...operator(), inputs: [1], outputs: [2] },
      ],
      inputs: [0],
      outputs: [2],
      others: [doubled],
    });
    expect(run(bytes, 3, 4)).toEqual([12, 16]);
    expect(inspectGraph(importValid(bytes)).layers.filter(({ op }) => op === 'add')).toHaveLength(2);
  });
});

/** y = x[0] + x[1] + … as a loop over the rows of x. */
function loop(change: Partial<ModelSpec> = {}, limit = 3): Uint8Array {
  return buildTflite({
    tensors: [
      x(3, 2),
      { name: 'zero', shape: [1], type: INT32, data: Int32Array.of(0) },
      { name: 'none', shape: [1, 2], data: new Float32Array(2) },
      index('last'),
      y(1, 2),
      value('same', 3, 2),
    ],
    operators: [
      { code: WHILE, inputs: [1, 2, 0], outputs: [3, 4, 5], options: [93, { 0: { int32: 1 }, 1: { int32: 2 } }] },
    ],
    inputs: [0],
    outputs: [4],
    others: [
      {
        tensors: [
          index('i'),
          value('sum', 1, 2),
          value('rows', 3, 2),
          int32s(limit),
          { name: 'goes', shape: [1], type: BOOL },
        ],
        operators: [{ code: LESS, inputs: [0, 3], outputs: [4] }],
        inputs: [0, 1, 2],
        outputs: [4],
      },
      {
        tensors: [
          index('i'),
          value('sum', 1, 2),
          value('rows', 3, 2),
          int32s(1),
          index('next'),
          value('row', 1, 2),
          value('more', 1, 2),
        ],
        operators: [add(0, 3, 4), { code: GATHER, inputs: [2, 0], outputs: [5], options: [23, {}] }, add(1, 5, 6)],
        inputs: [0, 1, 2],
        outputs: [4, 6, 2],
      },
    ],
    ...change,
  });
}

describe('WHILE', () => {
  test('is as many turns as the condition allows', () => {
    expect(run(loop(), 1, 2, 30, 40, 500, 600)).toEqual([531, 642]);
    expect(run(loop({}, 2), 1, 2, 30, 40, 500, 600)).toEqual([31, 42]);
    const graph = importValid(loop());
    // Nothing of the counter is left.
    expect(new Set(inspectGraph(graph).layers.map(({ op }) => op))).toEqual(new Set(['slice', 'add', 'reshape']));
  });

  test('of no turn gives what it was given', () => {
    expect(run(loop({}, 0), 1, 2, 3, 4, 5, 6)).toEqual([0, 0]);
  });

  test.each<[string, Uint8Array, typeof UnsupportedOpError | typeof FormatError, RegExp]>([
    ['one without end', loop({}, 2 ** 30), UnsupportedOpError, /its subgraphs come to more than 16384 operators/],
    [
      'a condition that is computed',
      buildTflite({
        tensors: [x(1), y(1)],
        operators: [{ code: WHILE, inputs: [0], outputs: [1], options: [93, { 0: { int32: 1 }, 1: { int32: 2 } }] }],
        inputs: [0],
        outputs: [1],
        others: [
          {
            tensors: [value('a', 1), { name: 'goes', shape: [1], type: BOOL }],
            operators: [{ code: LESS, inputs: [0, 0], outputs: [1] }],
            inputs: [0],
            outputs: [1],
          },
          { ...doubled, tensors: [value('in', 1), value('out', 1)] },
        ],
      }),
      UnsupportedOpError,
      /WHILE \(operator 0\): its condition "goes" is computed at run time/,
    ],
    [
      'a subgraph that does not exist',
      loop({
        operators: [
          { code: WHILE, inputs: [1, 2, 0], outputs: [3, 4, 5], options: [93, { 0: { int32: 7 }, 1: { int32: 2 } }] },
        ],
      }),
      FormatError,
      /a called subgraph is 7/,
    ],
    [
      'itself',
      loop({ operators: [{ code: WHILE, inputs: [1, 2, 0], outputs: [3, 4, 5] }] }),
      FormatError,
      /WHILE \(operator 0\) has no subgraph but none/,
    ],
  ])('refuses %s', (_, bytes, kind, message) => {
    expect(() => tfliteGraph(bytes)).toThrow(message);
    expect(() => tfliteGraph(bytes)).toThrow(kind);
  });

  test('one that calls itself ends', () => {
    const bytes = buildTflite({
      tensors: [x(1, 2), y(1, 2)],
      operators: [{ code: CALL, inputs: [0], outputs: [1], options: [16, { 0: { int32: 1 } }] }],
      inputs: [0],
      outputs: [1],
      others: [
        {
          tensors: [value('in', 1, 2), value('out', 1, 2)],
          operators: [{ code: CALL, inputs: [0], outputs: [1], options: [16, { 0: { int32: 1 } }] }],
          inputs: [0],
          outputs: [1],
        },
      ],
    });
    expect(() => tfliteGraph(bytes)).toThrow(/its subgraphs come to more than 16384 operators/);
  });
});

test('IF is the branch that is known to run', () => {
  const model = (isTrue: number): Uint8Array =>
    buildTflite({
      tensors: [{ name: 'c', shape: [1], type: BOOL, data: Uint8Array.of(isTrue) }, x(1, 2), y(1, 2)],
      operators: [{ code: IF, inputs: [0, 1], outputs: [2], options: [92, { 0: { int32: 1 }, 1: { int32: 2 } }] }],
      inputs: [1],
      outputs: [2],
      others: [
        doubled,
        {
          tensors: [value('in', 1, 2), value('out', 1, 2)],
          operators: [{ code: operatorCode.RELU, inputs: [0], outputs: [1] }],
          inputs: [0],
          outputs: [1],
        },
      ],
    });
  expect(run(model(1), -1, 2)).toEqual([-2, 4]);
  expect(run(model(0), -1, 2)).toEqual([0, 2]);
});
