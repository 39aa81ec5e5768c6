import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { withBatch } from '../../../../src/graph/propagate-shapes.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { buildTflite, type OperatorSpec, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { floats, importValid, int32s, operatorCode, x, y } from '../../../support/tflite-models.ts';

const { BOOL, INT32, INT64 } = tensorType;
const code = {
  ...operatorCode,
  MUL: 18,
  GATHER: 36,
  STRIDED_SLICE: 45,
  CAST: 53,
  SHAPE: 77,
  PACK: 83,
  RANGE: 96,
  RANK: 110,
  RESIZE_NEAREST_NEIGHBOR: 97,
  BROADCAST_TO: 130,
  BROADCAST_ARGS: 145,
  REDUCE_PROD: 81,
};

/** Tensors by name, operators that name them; the first tensor is the input, the last the output. */
function model(
  tensors: readonly TensorSpec[],
  operators: readonly (readonly [
    code: number,
    inputs: readonly string[],
    output: string,
    options?: OperatorSpec['options'],
  ])[],
): Uint8Array {
  const at = (name: string): number => tensors.findIndex((tensor) => tensor.name === name);
  return buildTflite({
    tensors,
    operators: operators.map(([number, inputs, output, options]) => ({
      code: number,
      inputs: inputs.map(at),
      outputs: [at(output)],
      options,
    })),
    inputs: [0],
    outputs: [tensors.length - 1],
  });
}

const integers = (name: string, ...shape: number[]): TensorSpec => ({ name, shape, type: INT32 });
const list = (name: string, ...data: number[]): TensorSpec => ({ ...int32s(...data), name });
const number = (name: string, value: number): TensorSpec => ({ ...list(name, value), shape: [] });
/** With sizes that the file leaves open: it holds a 1. */
const open = (name: string, ...sizes: number[]): TensorSpec => ({
  name,
  shape: sizes.map((size) => Math.abs(size)),
  fields: { 7: { int32s: sizes } },
});

/** x.shape[0] as a number. */
const batchOf = [
  [code.SHAPE, ['x'], 'shape'],
  [code.STRIDED_SLICE, ['shape', 'begin', 'end', 'one'], 'batch', [32, { 4: { int32: 1 } }]],
] as const;
const batchTensors = [integers('shape', 3), list('begin', 0), list('end', 1), list('one', 1), integers('batch')];

describe('parameters that follow from shapes', () => {
  /** A Keras Reshape of an open batch. */
  const reshaped = model(
    [
      open('x', -1, 4, 6),
      ...batchTensors,
      number('rows', 8),
      number('columns', 3),
      integers('sizes', 3),
      open('y', -1, 8, 3),
    ],
    [
      ...batchOf,
      [code.PACK, ['batch', 'rows', 'columns'], 'sizes', [59, { 0: { int32: 3 } }]],
      [code.RESHAPE, ['x', 'sizes'], 'y'],
    ],
  );

  test('a shape put together of the batch and numbers', () => {
    const graph = importValid(reshaped);
    expect(graph.nodes).toMatchObject([{ op: 'reshape', attributes: { shape: [1, 8, 3] }, inputs: ['x'] }]);
    expect(importValid(reshaped, { batch: 5 }).values['y'].shape).toEqual([5, 8, 3]);
  });

  test('a size that is computed with real numbers', () => {
    const bytes = model(
      [
        x(1, 3, 5, 2),
        integers('shape', 4),
        list('begin', 1),
        list('end', 3),
        list('one', 1),
        integers('size', 2),
        { name: 'real', shape: [2] },
        { name: 'scale', shape: [], data: Float32Array.of(2.5) },
        { name: 'scaled', shape: [2] },
        integers('target', 2),
        open('y', 1, -1, -1, 2),
      ],
      [
        [code.SHAPE, ['x'], 'shape'],
        [code.STRIDED_SLICE, ['shape', 'begin', 'end', 'one'], 'size'],
        [code.CAST, ['size'], 'real'],
        [code.MUL, ['real', 'scale'], 'scaled'],
        [code.CAST, ['scaled'], 'target'],
        [code.RESIZE_NEAREST_NEIGHBOR, ['x', 'target'], 'y'],
      ],
    );
    expect(importValid(bytes).nodes).toMatchObject([{ op: 'resize-nearest', attributes: { size: [7, 12] } }]);
  });

  test('elements of a shape, their product, and what is left', () => {
    const bytes = model(
      [
        x(2, 3, 4),
        integers('shape', 3),
        list('last', 1, 2),
        integers('picked', 2),
        list('axis', 0),
        integers('count'),
        number('rest', -1),
        integers('sizes', 2),
        y(2, 12),
      ],
      [
        [code.SHAPE, ['x'], 'shape'],
        [code.GATHER, ['shape', 'last'], 'picked'],
        [code.REDUCE_PROD, ['picked', 'axis'], 'count'],
        [code.PACK, ['rest', 'count'], 'sizes', [59, { 0: { int32: 2 } }]],
        [code.RESHAPE, ['x', 'sizes'], 'y'],
      ],
    );
    expect(importValid(bytes).nodes).toMatchObject([{ op: 'reshape', attributes: { shape: [2, 12] } }]);
  });

  test('axes from a rank, and the shape of two shapes', () => {
    const bytes = model(
      [
        x(3, 1),
        integers('rank'),
        number('zero', 0),
        number('one', 1),
        integers('axes', 2),
        { ...y(), name: 'sum', shape: [] },
        list('other', 4),
        integers('shape', 2),
        integers('both', 2),
        { name: 'wide', shape: [3, 4] },
        y(3, 4),
      ],
      [
        [code.RANK, ['x'], 'rank'],
        [code.RANGE, ['zero', 'rank', 'one'], 'axes'],
        [code.MEAN, ['x', 'axes'], 'sum'],
        [code.SHAPE, ['x'], 'shape'],
        [code.BROADCAST_ARGS, ['shape', 'other'], 'both'],
        [code.BROADCAST_TO, ['x', 'both'], 'wide'],
        [code.ADD, ['wide', 'sum'], 'y'],
      ],
    );
    const graph = importValid(bytes);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['mean', 'reshape', 'tile', 'add']);
    const data = floats(3, 1);
    const result = runReference(graph, { x: { dtype: 'float32', shape: [3, 1], data } }).get('y')!;
    expect([...result.data]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  });

  test('shapes after an operator whose result the file leaves open', () => {
    const bytes = model(
      [
        x(1, 2, 2, 1),
        list('size', 4, 6),
        open('larger', 1, -1, -1, 1),
        integers('shape', 4),
        list('begin', 1),
        list('end', 2),
        list('one', 1),
        integers('height', 1),
        list('rest', -1),
        integers('sizes', 2),
        open('y', -1, -1),
      ],
      [
        [code.RESIZE_NEAREST_NEIGHBOR, ['x', 'size'], 'larger'],
        [code.SHAPE, ['larger'], 'shape'],
        [code.STRIDED_SLICE, ['shape', 'begin', 'end', 'one'], 'height'],
        [code.CONCATENATION, ['height', 'rest'], 'sizes'],
        [code.RESHAPE, ['larger', 'sizes'], 'y'],
      ],
    );
    expect(importValid(bytes).values['y'].shape).toEqual([4, 6]);
  });

  test('what is computed of the input itself is still computed at run time', () => {
    const bytes = model(
      [integers('x', 2), integers('twice', 2), { name: 'c', shape: [2, 2], data: floats(4) }, y(2, 2)],
      [
        [code.ADD, ['x', 'x'], 'twice'],
        [code.RESHAPE, ['c', 'twice'], 'y'],
      ],
    );
    expect(() => tfliteGraph(bytes)).toThrow(/RESHAPE "y" .*: its input 1, tensor 1 "twice", is computed at run time/);
  });

  test('behind an operator that is missing, shapes are not complained of', () => {
    const bytes = model(
      [
        x(2, 3),
        { name: 'h', shape: [2, 3] },
        ...batchTensors.with(0, integers('shape', 2)),
        number('rest', -1),
        integers('sizes', 2),
        y(2, 3),
      ],
      [
        [code.EMBEDDING_LOOKUP_SPARSE, ['x'], 'h'],
        [code.SHAPE, ['h'], 'shape'],
        batchOf[1],
        [code.PACK, ['batch', 'rest'], 'sizes', [59, { 0: { int32: 2 } }]],
        [code.RESHAPE, ['h', 'sizes'], 'y'],
      ],
    );
    expect(() => tfliteGraph(bytes)).toThrow(/not supported: operators EMBEDDING_LOOKUP_SPARSE ×1\. Convert/);
  });

  test('shapes that are outputs', () => {
    const graph = importValid(model([x(2, 3), integers('y', 2)], [[code.SHAPE, ['x'], 'y']]));
    expect(graph.constants['y'].data).toEqual(Int32Array.of(2, 3));
    expect(graph.nodes).toEqual([]);
    expect(() => tfliteGraph(model([x(2, 3), y(2)], [[code.SHAPE, ['x'], 'y']]))).toThrow(
      /is FLOAT32, not INT32 or INT64/,
    );
    expect(() => tfliteGraph(model([x(2, 3), integers('y', 3)], [[code.SHAPE, ['x'], 'y']]))).toThrow(
      /its inputs give \[2\]/,
    );
  });
});

describe('what follows from the batch', () => {
  /** The mean over the batch as a sum by the number of rows. */
  const mean = model(
    [
      open('x', -1, 2),
      ...batchTensors.with(0, integers('shape', 2)),
      { name: 'count', shape: [] },
      list('axis', 0),
      { name: 'sum', shape: [2] },
      y(2),
    ],
    [...batchOf, [code.CAST, ['batch'], 'count'], [74, ['x', 'axis'], 'sum'], [42, ['sum', 'count'], 'y']],
  );

  test('a batch given to the importer reaches numbers that are computed of it', () => {
    const graph = importValid(mean, { batch: 4 });
    const data = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const result = runReference(graph, { x: { dtype: 'float32', shape: [4, 2], data } }).get('y')!;
    expect([...result.data]).toEqual([4, 5]);
  });

  test('later, it cannot be changed', () => {
    const graph = importValid(mean);
    expect(() => withBatch(graph, 4)).toThrow(ShapeError);
    expect(() => withBatch(graph, 4)).toThrow(
      /"count" was computed for a batch of 1 when the model was imported\. Import the model with the option batch: 4\./,
    );
    expect(withBatch(graph, 1).values).toEqual(graph.values);
    expect(() => importValid(mean, { batch: 0 })).toThrow(/batch 0 is not a positive integer/);
  });

  test('shapes that withBatch knows how to change do not hinder it', () => {
    const graph = importValid(
      model(
        [open('x', -1, 4, 6), ...batchTensors, number('rest', -1), integers('sizes', 2), { ...open('y', -1, 24) }],
        [
          ...batchOf,
          [code.PACK, ['batch', 'rest'], 'sizes', [59, { 0: { int32: 2 } }]],
          [code.RESHAPE, ['x', 'sizes'], 'y'],
        ],
      ),
    );
    expect(graph.fixedBatch).toBeUndefined();
    expect(withBatch(graph, 3).values['y'].shape).toEqual([3, 24]);
  });

  test.each([
    ['a shape with the batch elsewhere', [code.PACK, ['rows', 'batch'], 'sizes', [59, { 0: { int32: 2 } }]] as const],
    ['a batch of a shape that is an output', undefined],
  ])('%s', (_, pack) => {
    const bytes =
      pack === undefined
        ? model([open('x', -1, 2), integers('y', 2)], [[code.SHAPE, ['x'], 'y']])
        : model(
            [
              open('x', -1, 2),
              ...batchTensors.with(0, integers('shape', 2)),
              number('rows', 2),
              integers('sizes', 2),
              open('y', -1, -1),
            ],
            [...batchOf, pack, [code.RESHAPE, ['x', 'sizes'], 'y']],
          );
    expect(() => withBatch(importValid(bytes), 3)).toThrow(/was computed for a batch of 1/);
    const { values, constants } = importValid(bytes, { batch: 3 });
    expect(pack === undefined ? [...constants['y'].data] : values['y'].shape).toEqual(
      pack === undefined ? [3, 2] : [2, 3],
    );
  });

  test('height and width are no batch', () => {
    const bytes = model(
      [
        open('x', -1, 2, 3, 1),
        integers('shape', 4),
        list('begin', 1),
        list('end', 3),
        list('one', 1),
        integers('size', 2),
        open('y', -1, 2, 3, 1),
      ],
      [
        [code.SHAPE, ['x'], 'shape'],
        [code.STRIDED_SLICE, ['shape', 'begin', 'end', 'one'], 'size'],
        [code.RESIZE_NEAREST_NEIGHBOR, ['x', 'size'], 'y'],
      ],
    );
    expect(withBatch(importValid(bytes), 3).values['y'].shape).toEqual([3, 2, 3, 1]);
  });
});

describe('RANGE', () => {
  const range = (...[start, limit, step]: number[]) =>
    model(
      [
        x(1),
        number('start', start),
        number('limit', limit),
        number('step', step),
        integers('numbers', 0),
        integers('y', 0),
      ].map((tensor) => ({ ...tensor, ...((tensor.name === 'y' || tensor.name === 'numbers') && { shape: [] }) })),
      [
        [code.RANGE, ['start', 'limit', 'step'], 'numbers'],
        [code.ADD, ['numbers', 'start'], 'y'],
      ],
    );

  test('up and down', () => {
    expect(importValid(range(3, 18, 3)).constants['numbers'].data).toEqual(Int32Array.of(3, 6, 9, 12, 15));
    expect(importValid(range(3, 1, -1)).constants['numbers'].data).toEqual(Int32Array.of(3, 2));
  });

  test.each([
    [0, 5, 0, 'Infinity'],
    [0, 5, -1, '-5'],
    [0, 2 ** 30, 1, '1073741824'],
  ])('from %d to %d in steps of %d', (start, limit, step, count) => {
    expect(() => tfliteGraph(range(start, limit, step))).toThrow(`are ${count} numbers, not 1 to 65536`);
  });

  test('real numbers are rounded at each step', () => {
    const real = (name: string, value: number): TensorSpec => ({ name, shape: [], data: Float32Array.of(value) });
    const bytes = model(
      [x(1), real('start', 0), real('limit', 1), real('step', 0.1), { name: 'y', shape: [] }],
      [[code.RANGE, ['start', 'limit', 'step'], 'y']],
    );
    const { data } = importValid(bytes).constants['y'];
    expect(data).toHaveLength(10);
    let expected = 0;
    for (const value of data) {
      expect(value).toBe(expected);
      expected = Math.fround(expected + Math.fround(0.1));
    }
  });
});

test('RANGE of real numbers counts in float32', () => {
  const real = (name: string, value: number): TensorSpec => ({ name, shape: [], data: Float32Array.of(value) });
  const bytes = model(
    [x(1), real('start', 0), real('limit', 0.6), real('step', 0.1), { name: 'y', shape: [] }],
    [[code.RANGE, ['start', 'limit', 'step'], 'y']],
  );
  // The quotient of the two numbers is a little over 6 before it is rounded to float32.
  expect(importValid(bytes).constants['y'].data).toHaveLength(6);
});

describe('long integers', () => {
  const long = (...values: bigint[]): TensorSpec => ({
    name: 'long',
    shape: [values.length],
    type: INT64,
    data: BigInt64Array.from(values),
  });

  test('become short ones', () => {
    const bytes = model(
      [x(4, 2), long(3n, 0n, 1n), { name: 'short', shape: [3], type: INT32 }, y(3, 2)],
      [
        [code.CAST, ['long'], 'short'],
        [code.GATHER, ['x', 'short'], 'y'],
      ],
    );
    const graph = importValid(bytes);
    expect(graph.constants['short'].data).toEqual(Int32Array.of(3, 0, 1));
    const direct = importValid(model([x(4, 2), long(3n, 0n, 1n), y(3, 2)], [[code.GATHER, ['x', 'long'], 'y']]));
    expect(direct.constants['long'].data).toEqual(Int32Array.of(3, 0, 1));
  });

  test('a shape of them', () => {
    const bytes = model(
      [x(2, 3), { name: 'shape', shape: [2], type: INT64 }, { name: 'flat', shape: [6] }, list('all', -1), y(2, 3)],
      [
        [code.SHAPE, ['x'], 'shape', [55, { 0: { int8: INT64 } }]],
        [code.RESHAPE, ['x', 'all'], 'flat'],
        [code.RESHAPE, ['flat', 'shape'], 'y'],
      ],
    );
    expect(importValid(bytes).nodes.at(-1)).toMatchObject({ attributes: { shape: [2, 3] } });
  });

  test('that are no short ones', () => {
    const bytes = model([x(4, 2), long(0n, 2n ** 31n), y(2, 2)], [[code.GATHER, ['x', 'long'], 'y']]);
    expect(() => tfliteGraph(bytes)).toThrow(/"long" holds 2147483648, which is no 32-bit integer/);
  });

  test('other types have no integers', () => {
    const flags: TensorSpec = { name: 'long', shape: [2], type: BOOL, data: Uint8Array.of(0, 1) };
    expect(() => tfliteGraph(model([x(4, 2), flags, y(2, 2)], [[code.GATHER, ['x', 'long'], 'y']]))).toThrow(
      /is BOOL, not INT32 or INT64/,
    );
  });
});
