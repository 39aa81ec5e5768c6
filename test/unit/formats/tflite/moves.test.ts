import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import type { Graph } from '../../../../src/graph/graph.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { buildTflite, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { codes, floats, importValid, int32s, singleOperator, x, y } from '../../../support/tflite-models.ts';

const { INT32 } = tensorType;
const code = {
  SPACE_TO_BATCH_ND: 38,
  BATCH_TO_SPACE_ND: 37,
  TILE: 69,
  ZEROS_LIKE: 93,
  FILL: 94,
  MIRROR_PAD: 100,
  REVERSE_V2: 105,
  ONE_HOT: 85,
  SCATTER_ND: 122,
  BROADCAST_TO: 130,
};

/** What a model computes of 0, 1, 2, …. */
function run(bytes: Uint8Array): {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly graph: Graph;
} {
  const graph = importValid(bytes);
  const type = graph.values['x'];
  const data = floats(...type.shape);
  const own = type.dtype === 'int32' ? Int32Array.from(data) : type.dtype === 'int8' ? Int8Array.from(data) : data;
  const result = runReference(graph, { x: { ...type, data: own } }).get(graph.outputs[0])!;
  return { shape: result.shape, data: [...result.data], graph };
}

/** A list of pairs. */
const pairs = (...data: readonly number[]): TensorSpec => ({ ...int32s(...data), shape: [data.length / 2, 2] });
const blocks = (...data: readonly number[]): TensorSpec => ({ ...int32s(...data), name: 'blocks' });
const scalar = (value: number, name = 'scalar'): TensorSpec => ({ ...int32s(value), name, shape: [] });

test('TILE and BROADCAST_TO', () => {
  const tiled = run(singleOperator(code.TILE, [x(1, 2), int32s(2, 2), y(2, 4)]));
  expect(tiled).toMatchObject({ shape: [2, 4], data: [0, 1, 0, 1, 0, 1, 0, 1] });
  const broadcast = run(singleOperator(code.BROADCAST_TO, [x(3, 1), int32s(2, 3, 2), y(2, 3, 2)]));
  expect(broadcast).toMatchObject({ shape: [2, 3, 2], data: [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2] });
  expect(() => tfliteGraph(singleOperator(code.TILE, [x(2), int32s(0), y(0)]))).toThrow(/repeats \[0\] do not fit/);
  for (const sizes of [[4], [3, 2, 1], [1, 1]]) {
    expect(() => tfliteGraph(singleOperator(code.BROADCAST_TO, [x(2, 3), int32s(...sizes), y(2, 3)]))).toThrow(
      /\[2, 3\] does not broadcast to/,
    );
  }
});

// The example of TensorFlow's tf.pad.
test('MIRROR_PAD', () => {
  const padded = (mode: number) =>
    run(singleOperator(code.MIRROR_PAD, [x(2, 3), pairs(1, 1, 2, 2), y(4, 7)], [77, { 0: { int8: mode } }])).data;
  const reflected = [5, 4, 3, 4, 5, 4, 3, 2, 1, 0, 1, 2, 1, 0, 5, 4, 3, 4, 5, 4, 3, 2, 1, 0, 1, 2, 1, 0];
  const symmetric = [1, 0, 0, 1, 2, 2, 1, 1, 0, 0, 1, 2, 2, 1, 4, 3, 3, 4, 5, 5, 4, 4, 3, 3, 4, 5, 5, 4];
  expect(padded(0)).toEqual(reflected);
  expect(padded(1)).toEqual(symmetric);
  expect(() => padded(2)).toThrow(/mode 2 is neither REFLECT \(0\) nor SYMMETRIC \(1\)/);
});

test('PAD of integers', () => {
  const integers = { ...x(2), type: INT32 };
  expect(run(singleOperator(34, [integers, pairs(1, 1), { ...y(4), type: INT32 }])).data).toEqual([0, 0, 1, 0]);
});

test('REVERSE_V2', () => {
  expect(run(singleOperator(code.REVERSE_V2, [x(2, 3), int32s(-1), y(2, 3)])).data).toEqual([2, 1, 0, 5, 4, 3]);
  expect(run(singleOperator(code.REVERSE_V2, [x(2, 3), int32s(0, 1), y(2, 3)])).data).toEqual([5, 4, 3, 2, 1, 0]);
});

describe('blocks of a batch', () => {
  // The examples of TensorFlow's documentation, counted from 0.
  test('SPACE_TO_BATCH_ND', () => {
    const toBatch = (
      size: readonly number[],
      block: readonly number[],
      sides: readonly number[],
      result: readonly number[],
    ) => run(singleOperator(code.SPACE_TO_BATCH_ND, [x(...size), blocks(...block), pairs(...sides), y(...result)]));
    expect(toBatch([1, 2, 2, 1], [2, 2], [0, 0, 0, 0], [4, 1, 1, 1])).toMatchObject({
      shape: [4, 1, 1, 1],
      data: [0, 1, 2, 3],
    });
    expect(toBatch([1, 2, 2, 3], [2, 2], [0, 0, 0, 0], [4, 1, 1, 3]).data).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    expect(toBatch([1, 4, 4, 1], [2, 2], [0, 0, 0, 0], [4, 2, 2, 1]).data).toEqual([
      0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15,
    ]);
    expect(toBatch([2, 2, 4, 1], [2, 2], [0, 0, 2, 0], [8, 1, 3, 1]).data).toEqual([
      0, 0, 2, 0, 8, 10, 0, 1, 3, 0, 9, 11, 0, 4, 6, 0, 12, 14, 0, 5, 7, 0, 13, 15,
    ]);
    // One dimension.
    expect(toBatch([1, 5, 2], [2], [1, 0], [2, 3, 2]).data).toEqual([0, 0, 2, 3, 6, 7, 0, 1, 4, 5, 8, 9]);
    expect(() => toBatch([1, 3, 4, 1], [2, 2], [0, 0, 0, 0], [4, 2, 2, 1])).toThrow(
      /\[3, 4\] are not blocks of \[2, 2\]/,
    );
    expect(() => toBatch([1, 2, 2, 1], [2, 2], [0, 0], [4, 1, 1, 1])).toThrow(/do not go with 1 pairs/);
    expect(() => toBatch([1, 2], [2, 2], [0, 0, 0, 0], [4, 1])).toThrow(/has no 2 axes after the batch/);
  });

  test('BATCH_TO_SPACE_ND', () => {
    const toSpace = (
      size: readonly number[],
      block: readonly number[],
      crops: readonly number[],
      result: readonly number[],
    ) => run(singleOperator(code.BATCH_TO_SPACE_ND, [x(...size), blocks(...block), pairs(...crops), y(...result)]));
    expect(toSpace([4, 1, 1, 1], [2, 2], [0, 0, 0, 0], [1, 2, 2, 1])).toMatchObject({
      shape: [1, 2, 2, 1],
      data: [0, 1, 2, 3],
    });
    expect(toSpace([4, 2, 2, 1], [2, 2], [0, 0, 0, 0], [1, 4, 4, 1]).data).toEqual([
      0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15,
    ]);
    expect(toSpace([8, 1, 3, 1], [2, 2], [0, 0, 2, 0], [2, 2, 4, 1]).data).toEqual([
      1, 7, 2, 8, 13, 19, 14, 20, 4, 10, 5, 11, 16, 22, 17, 23,
    ]);
    expect(toSpace([2, 3, 2], [2], [1, 0], [1, 5, 2]).data).toEqual([6, 7, 2, 3, 8, 9, 4, 5, 10, 11]);
    expect(() => toSpace([3, 1, 1, 1], [2, 2], [0, 0, 0, 0], [1, 2, 2, 1])).toThrow(
      /a batch of 3 is not one of blocks/,
    );
    expect(() => toSpace([4, 1, 1, 1], [2, 2], [1, 1, 0, 0], [1, 2, 2, 1])).toThrow(/which is nothing/);
    expect(() => toSpace([4, 1, 1, 1], [], [], [4, 1, 1, 1])).toThrow(/blocks of \[\] do not go with 0 pairs/);
  });
});

describe('ONE_HOT', () => {
  const hot = (indices: readonly number[], axis: number, size: readonly number[]) =>
    run(
      buildTflite({
        tensors: [
          { ...x(...indices), type: INT32 },
          scalar(3, 'depth'),
          { name: 'on', shape: [], data: Float32Array.of(5) },
          { name: 'off', shape: [], data: Float32Array.of(-1) },
          y(...size),
        ],
        operators: [{ code: code.ONE_HOT, inputs: [0, 1, 2, 3], outputs: [4], options: [61, { 0: { int32: axis } }] }],
        inputs: [0],
        outputs: [4],
      }),
    );

  test('along a new last axis, and along a new first one', () => {
    // The fourth index has no place.
    expect(hot([4], -1, [4, 3])).toMatchObject({ shape: [4, 3], data: [5, -1, -1, -1, 5, -1, -1, -1, 5, -1, -1, -1] });
    expect(hot([4], 0, [3, 4])).toMatchObject({ shape: [3, 4], data: [5, -1, -1, -1, -1, 5, -1, -1, -1, -1, 5, -1] });
    expect(hot([2, 2], 1, [2, 3, 2])).toMatchObject({
      shape: [2, 3, 2],
      data: [5, -1, -1, 5, -1, -1, -1, -1, -1, -1, 5, -1],
    });
  });

  test('refuses depths that make no sense', () => {
    const deep = (depth: number) =>
      singleOperator(code.ONE_HOT, [
        { ...x(2), type: INT32 },
        scalar(depth, 'depth'),
        { name: 'on', shape: [], data: floats(1) },
        { name: 'off', shape: [], data: floats(1) },
        y(2, 1),
      ]);
    expect(() => tfliteGraph(deep(0))).toThrow(/its depth is 0, not a whole number from 1 to 65536/);
    expect(() => tfliteGraph(deep(2 ** 30))).toThrow(/its depth is 1073741824/);
  });
});

describe('FILL and ZEROS_LIKE', () => {
  const filled = (size: readonly number[], value: TensorSpec, output: TensorSpec) =>
    buildTflite({
      tensors: [x(2), int32s(...size), value, output, { name: 'z', shape: [2] }],
      operators: [
        { code: code.FILL, inputs: [1, 2], outputs: [3] },
        { code: 19, inputs: [0], outputs: [4] },
      ],
      inputs: [0],
      outputs: [3, 4],
    });

  test('a few are constants, many are made on the device', () => {
    const few = importValid(filled([2, 3], { name: 'v', shape: [], data: Float32Array.of(2.5) }, y(2, 3)));
    expect(few.constants['y']).toMatchObject({ shape: [2, 3], data: new Float32Array(6).fill(2.5) });
    expect(few.nodes.map(({ op }) => op)).toEqual(['relu']);
    const many = run(filled([40, 50], { name: 'v', shape: [1], data: Float32Array.of(2.5) }, y(40, 50)));
    expect(many.graph.nodes.map(({ op }) => op)).toEqual(['tile', 'relu']);
    expect(many.data).toEqual(Array.from({ length: 2000 }, () => 2.5));
  });

  test('codes of 0', () => {
    const zeros = run(singleOperator(code.ZEROS_LIKE, [codes('x', [3]), codes('y', [3])]));
    expect(zeros.data).toEqual([3, 3, 3]);
    expect(run(singleOperator(code.ZEROS_LIKE, [x(2, 2), y(2, 2)])).data).toEqual([0, 0, 0, 0]);
  });

  test('what cannot be', () => {
    expect(() => tfliteGraph(filled([0, 2], { name: 'v', shape: [], data: floats(1) }, y(0, 2)))).toThrow(
      /\[0, 2\] is not a shape/,
    );
    expect(() => tfliteGraph(filled([2], { name: 'v', shape: [2], data: floats(2) }, y(2)))).toThrow(
      /not with one element/,
    );
    expect(() =>
      tfliteGraph(filled([2 ** 16, 2 ** 16], { name: 'v', shape: [], data: floats(1) }, y(2 ** 16, 2 ** 16))),
    ).toThrow(/fewer than 2\^31 elements/);
  });
});

describe('SCATTER_ND', () => {
  const scattered = (indices: readonly number[], named: number, parts: readonly number[], size: readonly number[]) =>
    singleOperator(
      code.SCATTER_ND,
      [
        x(...parts),
        { ...int32s(...indices), name: 'i', shape: [indices.length / named, named] },
        int32s(...size),
        y(...size),
      ],
      undefined,
      [1, 0, 2],
    );

  // The examples of TensorFlow's documentation.
  test('elements and rows', () => {
    expect(run(scattered([4, 3, 1, 7], 1, [4], [8])).data).toEqual([0, 2, 0, 1, 0, 0, 0, 3]);
    expect(run(scattered([0, 2], 1, [2, 2, 2], [4, 2, 2]))).toMatchObject({
      shape: [4, 2, 2],
      data: [0, 1, 2, 3, 0, 0, 0, 0, 4, 5, 6, 7, 0, 0, 0, 0],
    });
    expect(run(scattered([1, 1, 0, 2], 2, [2], [2, 3])).data).toEqual([0, 0, 1, 0, 0, 0]);
  });

  test('what cannot be', () => {
    expect(() => tfliteGraph(scattered([1, 1], 1, [2], [4]))).toThrow(/several parts at one place/);
    expect(() => tfliteGraph(scattered([4], 1, [1], [4]))).toThrow(/the index \[4\] is outside \[4\]/);
    expect(() => tfliteGraph(scattered([0, 0], 2, [1], [4]))).toThrow(/do not name places of \[4\]/);
    expect(() => tfliteGraph(scattered([0], 1, [3], [4, 2]))).toThrow(/\[3\] are not 1 parts of \[2\]/);
    expect(() => tfliteGraph(scattered([0], 1, [1], [2 ** 21]))).toThrow(/do not name places/);
    expect(() => tfliteGraph(scattered([0], 1, [1], [2 ** 20]))).toThrow(
      /make constants of 4194312 bytes that the file does not hold; at most 105\d{4} are made/,
    );
    const reals = [{ name: 'i', shape: [1, 1], data: floats(1) }, x(1), int32s(4), y(4)];
    expect(() => tfliteGraph(singleOperator(code.SCATTER_ND, reals, undefined, [0, 1, 2]))).toThrow(
      /"i" is FLOAT32, not INT32 or INT64/,
    );
  });

  test('zeros of any size are made on the device', () => {
    const { constants } = importValid(scattered([0], 1, [1, 2 ** 16], [2, 2 ** 16]));
    const made = Object.values(constants).map(({ data }) => data.length);
    expect(Math.max(...made)).toBe(2);
  });
});

test('GATHER of neighbours, or of every so many, is a slice', () => {
  const gathered = (indices: TensorSpec, size: readonly number[], axis = 1) =>
    run(singleOperator(36, [x(2, 4), indices, y(...size)], [23, { 0: { int32: axis } }]));
  expect(gathered(scalar(2), [2])).toMatchObject({ shape: [2], data: [2, 6] });
  expect(gathered(int32s(3, 1), [2, 2])).toMatchObject({ shape: [2, 2], data: [3, 1, 7, 5] });
  expect(gathered(int32s(1), [1, 4], 0)).toMatchObject({ shape: [1, 4], data: [4, 5, 6, 7] });
  expect(gathered(int32s(3, 1), [2, 2]).graph.nodes.map(({ op }) => op)).toEqual(['slice', 'reshape']);
  for (const indices of [
    [0, 0],
    [0, 1, 3],
    [0, 4],
  ]) {
    const graph = importValid(
      singleOperator(36, [x(2, 4), int32s(...indices), y(2, indices.length)], [23, { 0: { int32: 1 } }]),
    );
    expect(graph.nodes.map(({ op }) => op)).toEqual(['gather']);
  }
});

test('PACK along a new last axis', () => {
  const bytes = singleOperator(83, [x(2, 3), y(2, 3, 2)], [59, { 0: { int32: 2 }, 1: { int32: -1 } }], [0, 0]);
  expect(run(bytes)).toMatchObject({ shape: [2, 3, 2], data: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5] });
});
