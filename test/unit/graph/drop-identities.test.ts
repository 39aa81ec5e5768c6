import { expect, test } from 'vitest';
import { dropIdentities } from '../../../src/graph/drop-identities.ts';
import { fuse } from '../../../src/graph/fuse.ts';
import type { Graph, GraphNode } from '../../../src/graph/graph.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import { dequantize } from '../../../src/ops/dequantize.ts';
import { quantize } from '../../../src/ops/quantize.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import { perTensor } from '../../../src/tensor/quantization.ts';
import { roundings } from '../../../src/tensor/requantize.ts';
import type { TensorType } from '../../../src/tensor/tensor.ts';
import { compileWithin } from '../../support/cut-program.ts';
import { int8 } from '../../support/codes.ts';

const shape = [2, 6];
const float: TensorType = { dtype: 'float32', shape };
const none = { activation: 'none' };

/** Nodes one after another, from `x` to the last one's output, all of one type. */
function chain(steps: readonly (readonly [op: string, attributes: object])[], type: TensorType): Graph {
  const nodes = steps.map(([op, attributes], index): GraphNode => {
    const name = `${op}-${index}`;
    const input = index === 0 ? 'x' : `${steps[index - 1][0]}-${index - 1}`;
    return { name, op, attributes, inputs: [input], outputs: [name] };
  });
  const values = Object.fromEntries(['x', ...nodes.map(({ name }) => name)].map((name) => [name, type]));
  return { name: 'g', nodes, values, constants: {}, inputs: ['x'], outputs: [nodes.at(-1)!.name], metadata: {} };
}

const identities: readonly (readonly [op: string, attributes: object])[] = [
  ['concat', { axis: 1, ...none }],
  [
    'pad',
    {
      padding: [
        [0, 0],
        [0, 0],
      ],
      value: 3,
    },
  ],
  ['slice', { begin: [0, 0], size: shape, strides: [1, 1] }],
  ['reshape', { shape }],
  ['transpose', { permutation: [0, 1] }],
];

test.each([float, { ...int8(0.5, 3), shape }])('nodes that change nothing go, of $dtype', (type) => {
  const graph = chain([['abs', {}], ...identities, ['relu', { activation: 'relu' }], ...identities], type);
  const dropped = dropIdentities(graph);
  validateGraph(dropped);
  // The last one makes the output.
  expect(dropped.nodes.map(({ op }) => op)).toEqual(['abs', 'relu', 'transpose']);
  expect(Object.keys(dropped.values)).toEqual(['x', 'abs-0', 'relu-6', 'transpose-11']);
  const { steps } = compileWithin(graph, {});
  expect(steps.filter(({ dispatch }) => dispatch !== undefined)).toHaveLength(2);
  expect(compileWithin(graph, {}, { fusion: false }).steps, 'every value can be read').toHaveLength(12);
});

test('a cast to the same type goes', () => {
  for (const dtype of ['float32', 'int32'] as const) {
    const graph = chain(
      [
        ['cast', {}],
        ['neg', {}],
      ],
      { dtype, shape },
    );
    expect(dropIdentities(graph).nodes.map(({ op }) => op)).toEqual(['neg']);
  }
});

test('nodes that change something stay', () => {
  const changes: readonly (readonly [op: string, attributes: object])[] = [
    ['concat', { axis: 1, activation: 'relu' }],
    [
      'pad',
      {
        padding: [
          [0, 0],
          [1, -1],
        ],
        value: 0,
      },
    ],
    ['relu', { activation: 'relu' }],
  ];
  const graph = chain(changes, float);
  expect(dropIdentities(graph)).toBe(graph);
});

test('another shape, or codes that mean something else, are no identity', () => {
  const graph = chain(
    [
      ['reshape', { shape: [12] }],
      ['abs', {}],
    ],
    float,
  );
  const flat = { ...float, shape: [12] };
  const values = { ...graph.values, 'reshape-0': flat, 'abs-1': flat };
  expect(dropIdentities({ ...graph, values }).nodes).toHaveLength(2);
  const coarse = chain(
    [
      ['quantize', {}],
      ['abs', {}],
    ],
    { ...int8(0.5, 3), shape },
  );
  const recoded = { ...coarse.values, 'quantize-0': { ...int8(0.25, 3), shape } };
  expect(dropIdentities(coarse).nodes).toHaveLength(1);
  expect(dropIdentities({ ...coarse, values: recoded }).nodes).toHaveLength(2);
});

test('one reshape after another is one', () => {
  const graph = chain(
    [
      ['reshape', { shape: [3, 4] }],
      ['reshape', { shape: [12] }],
    ],
    float,
  );
  const values = { ...graph.values, 'reshape-0': { ...float, shape: [3, 4] }, 'reshape-1': { ...float, shape: [12] } };
  const fused = fuse({ ...graph, values });
  expect(fused.nodes).toMatchObject([{ op: 'reshape', inputs: ['x'], attributes: { shape: [12] } }]);
});

test('codes that become real numbers and the same codes again stay what they are', () => {
  for (const scale of [2 ** -126, Math.fround(0.1), 1, 3, 2 ** 118]) {
    const type: TensorType = { dtype: 'int8', shape: [256], quantization: perTensor(Math.fround(scale), -7) };
    const graph = chain(
      [
        ['dequantize', {}],
        ['quantize', {}],
        ['abs', {}],
      ],
      type,
    );
    const values = { ...graph.values, 'dequantize-0': { dtype: 'float32' as const, shape: [256] } };
    const fused = fuse({ ...graph, values });
    expect(fused.nodes).toMatchObject([{ op: 'quantize', inputs: ['x'] }, { op: 'abs' }]);
    const data = Int8Array.from({ length: 256 }, (_, index) => index - 128);
    const x = { ...type, data };
    expect(runReference({ ...graph, values }, { x }).get('quantize-1')!.data).toEqual(data);
    for (const rounding of roundings) {
      expect(runReference(fused, { x }, rounding).get('quantize-1')!.data, rounding).toEqual(data);
    }
  }
});

test('real numbers beyond float32, or codes of another scale, are quantized anew', () => {
  const node = (op: string, from: TensorType, to: TensorType) => ({
    op,
    attributes: {},
    inputs: ['x'],
    context: { name: op, attributes: {}, inputs: [from], constants: [], outputs: [to], rounding: 'float' as const },
  });
  const absorbed = (codes: TensorType, result: TensorType) =>
    quantize.absorbProducer!(node('quantize', float, result), node(dequantize.name, codes, float));
  const codes = { ...int8(0.5, 3), shape };
  expect(absorbed(codes, codes)).toEqual({ attributes: {}, inputs: ['x'] });
  expect(absorbed(codes, { ...int8(0.25, 3), shape })).toBeUndefined();
  const huge = { ...int8(2 ** 121, 3), shape };
  expect(absorbed(huge, huge)).toBeUndefined();
  const channels = {
    dtype: 'int8',
    shape: [2],
    quantization: { scales: [1, 2], zeroPoints: [0, 0], axis: 0 },
  } as const;
  expect(absorbed(channels, channels)).toBeUndefined();
});
