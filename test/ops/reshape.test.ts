import { expect, test } from 'vitest';
import type { Graph } from '../../src/graph/graph.ts';
import { withBatch } from '../../src/graph/propagate-shapes.ts';
import { softmax } from '../../src/layers/activation.ts';
import { reshape as reshapeLayer } from '../../src/layers/arrange.ts';
import { model } from '../../src/layers/model.ts';
import { input } from '../../src/layers/value.ts';
import { reshape, type ReshapeAttributes } from '../../src/ops/reshape.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

const geometries: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[1], []],
  [
    [2, 3],
    [3, 2],
  ],
  [
    [2, 3, 5, 7],
    [2, -1],
  ],
  [
    [2, 105],
    [2, 3, 5, 7],
  ],
  [
    [1, 4, 4, 3],
    [1, 48],
  ],
  [
    [6, 4],
    [4, 6],
  ],
  [
    [2, 8],
    [4, 4],
  ],
  [
    [1, 1, 1, 13],
    [1, 13],
  ],
  [[65, 5], [325]],
];

testOp(
  reshape,
  [float32, int8(0.1, 3), uint8(0.1, 3), { dtype: 'int32' as const }].flatMap((type) =>
    geometries.map(([from, to]): OpCase<ReshapeAttributes> => ({
      name: `${type.dtype} [${from.join(', ')}] to [${to.join(', ')}]`,
      attributes: { shape: to },
      inputs: [{ ...type, shape: from }],
      outputs: [type],
      roundings: ['float'],
    })),
  ),
);

const contextOf = (from: readonly number[], shape: readonly number[]) => ({
  name: 'r',
  attributes: { shape },
  inputs: [{ ...float32, shape: from }],
  constants: [],
});

test('shapes', () => {
  expect(reshape.inferShape(contextOf([2, 3, 4], [-1, 6]))).toEqual([[4, 6]]);
  expect(() => reshape.inferShape(contextOf([2, 3], [4, 2]))).toThrow(/6 elements/);
  expect(() => reshape.inferShape(contextOf([2, 3], [-1, -1]))).toThrow(/at most one/);
  expect(() => reshape.inferShape(contextOf([2, 3], [-1, 4]))).toThrow(/6 elements/);
});

test('is free where rows are padded alike', () => {
  const offsets = (from: readonly number[], to: readonly number[]) =>
    reshape.inputOffsets!({ ...contextOf(from, to), outputs: [{ ...float32, shape: to }], rounding: 'float' });
  expect(offsets([1, 1, 1, 13], [1, 13])).toEqual([0]);
  expect(offsets([2, 8], [4, 4])).toEqual([0]);
  expect(offsets([1, 3], [3, 1])).toBeUndefined();
});

test.each([
  { from: [1, 4, 4], to: [1, 16], changed: [8, 4, 4], adapted: [8, 16] },
  { from: [1, 4, 10], to: [4, 10], changed: [2, 4, 10], adapted: [8, 10] },
  { from: [4, 10], to: [1, 4, 10], changed: [8, 10], adapted: [2, 4, 10] },
  { from: [6, 4], to: [3, 8], changed: [2, 4], adapted: [1, 8] },
  { from: [1, 4, 10], to: [4, -1], changed: [2, 4, 10], adapted: [8, -1] },
  { from: [1, 4, 10], to: [-1, 10], changed: [2, 4, 10], adapted: [-1, 10] },
  // What is left over, shape inference refuses.
  { from: [4, 10], to: [1, 40], changed: [6, 10], adapted: [1, 40] },
  { from: [1, 4, 10], to: [4, 10], changed: [1, 8, 10], adapted: [4, 10] },
  { from: [1], to: [], changed: [2], adapted: [] },
])('$from to $to becomes $changed to $adapted', ({ from, to, changed, adapted }) => {
  const before = { ...contextOf(from, to), outputs: [{ ...float32, shape: to }], rounding: 'float' as const };
  expect(reshape.adaptAttributes!(before, [{ ...float32, shape: changed }])).toEqual({ shape: adapted });
});

test('a batch passes through axes that hold several of it', () => {
  const x = input('x', [1, 4, 10]);
  const rows = reshapeLayer({ shape: [4, 10] })(x);
  const graph = model({ inputs: [x], outputs: { y: reshapeLayer({ shape: [1, 4, 10] })(softmax()(rows)) } });
  const pair = withBatch(graph, 2);
  expect(pair.nodes.map(({ outputs }) => pair.values[outputs[0]].shape)).toEqual([
    [8, 10],
    [8, 10],
    [2, 4, 10],
  ]);
  const random = createRandom(1);
  const data = Float32Array.from({ length: 80 }, () => random.uniform(-2, 2));
  const run = (of: Graph, shape: readonly number[], values: Float32Array) =>
    Array.from(runReference(of, { x: { dtype: 'float32', shape, data: values } }).get('y')!.data);
  expect(run(pair, [2, 4, 10], data)).toEqual([
    ...run(graph, [1, 4, 10], data.slice(0, 40)),
    ...run(graph, [1, 4, 10], data.slice(40)),
  ]);
});
