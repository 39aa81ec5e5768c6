import { describe, expect, test } from 'vitest';
import { averagePool2d, type AveragePool2dAttributes } from '../../src/ops/average-pool2d.ts';
import { windowReach } from '../../src/ops/lib/pooling.ts';
import { inspectGraph } from '../../src/runtime/inspect-graph.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { buildGraph, type OpCase, testOp } from '../support/test-op.ts';

const none = { padding: [0, 0, 0, 0], activation: 'none' } as const;

const geometries: readonly (readonly [readonly number[], AveragePool2dAttributes])[] = [
  [[1, 1, 1, 1], { ...none, size: [1, 1], strides: [1, 1] }],
  [[2, 7, 5, 3], { ...none, size: [2, 2], strides: [2, 2] }],
  [[2, 7, 9, 5], { ...none, size: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1] }],
  [[1, 8, 8, 16], { ...none, size: [4, 2], strides: [1, 3], padding: [3, 1, 2, 0], activation: 'relu' }],
  [[1, 6, 6, 8], { ...none, size: [5, 5], strides: [1, 1], padding: [2, 2, 2, 2], activation: 'relu6' }],
  [[2, 7, 7, 20], { ...none, size: [7, 7], strides: [7, 7] }],
  // A window far beyond its image: the first covers one row and column, the second the others.
  [[1, 3, 4, 5], { ...none, size: [65536, 65536], strides: [65536, 65536], padding: [65535, 65535, 65535, 65535] }],
];

testOp(
  averagePool2d,
  [
    { label: 'float', input: float32, output: float32 },
    { label: 'int8', input: int8(0.1, -9), output: int8(0.1, -9) },
    { label: 'int8 to another scale', input: int8(0.1, -9), output: int8(0.07, 20) },
    // Small numbers around zero make exact halves common.
    { label: 'int8 halves', input: { ...int8(0.1), range: [-2, 2] as const }, output: int8(0.1) },
    { label: 'uint8 halves', input: { ...uint8(0.1, 128), range: [126, 130] as const }, output: uint8(0.1, 128) },
    { label: 'uint8', input: uint8(0.02, 140), output: uint8(0.02, 140) },
    { label: 'uint8 to another scale', input: uint8(0.02, 140), output: uint8(0.015, 100) },
  ].flatMap(({ label, input, output }) =>
    geometries.map(([shape, attributes]): OpCase<AveragePool2dAttributes> => ({
      name: `${label} [${shape.join(', ')}] ${attributes.size.join('×')}`,
      attributes,
      inputs: [{ ...input, shape }],
      outputs: [output],
      length: windowReach(attributes, shape).reduce((a, b) => a * b),
    })),
  ),
);

test('sums that could leave int32 are refused before anything is allocated', () => {
  const unsupported = (size: number): unknown => {
    const opCase: OpCase<AveragePool2dAttributes> = {
      name: 'large window',
      attributes: { ...none, size: [size, size], strides: [1, 1] },
      inputs: [{ ...int8(0.1), shape: [1, 1, 1, 1] }],
      outputs: [int8(0.2)],
    };
    const { graph } = buildGraph(averagePool2d, { ...opCase, attributes: { ...opCase.attributes, size: [1, 1] } });
    const node = { ...graph.nodes[0], attributes: opCase.attributes };
    const input0 = { ...graph.values['input0'], shape: [1, size, size, 1] };
    return inspectGraph({ ...graph, nodes: [node], values: { ...graph.values, input0 } }).unsupported;
  };
  expect(unsupported(2896)).toEqual({});
  expect(unsupported(2897)).toEqual({ 'average-pool2d': 1 });
});

describe('codes of averages, by hand', () => {
  const attributes: AveragePool2dAttributes = { ...none, size: [1, 2], strides: [1, 2] };
  const run = (
    type: ReturnType<typeof int8> | ReturnType<typeof uint8>,
    output: typeof type,
    codes: readonly number[],
  ) => {
    const input = { ...type, shape: [1, 1, codes.length, 1] };
    const data = type.dtype === 'int8' ? Int8Array.from(codes) : Uint8Array.from(codes);
    const [y] = averagePool2d.reference(
      {
        name: 'pool',
        attributes,
        inputs: [input],
        constants: [undefined],
        outputs: [{ ...output, shape: [1, 1, codes.length / 2, 1] }],
        rounding: 'float',
      },
      [{ ...input, data }],
    );
    return [...y.data];
  };

  test('int8 halves go away from zero', () => {
    expect(run(int8(1), int8(1), [1, 2, -1, -2, 0, -1, -128, -127])).toEqual([2, -2, -1, -128]);
  });

  test('uint8 halves go up', () => {
    expect(run(uint8(1, 128), uint8(1, 128), [129, 130, 127, 126, 128, 127, 0, 1])).toEqual([130, 127, 128, 1]);
  });

  test('another scale requantizes with halves to even', () => {
    // Sums 3 and 7 of centered codes, halved to 1.5 and 3.5 at scale 1; and halved again at scale 2.
    expect(run(int8(1, 1), int8(1, 0), [2, 3, 4, 5])).toEqual([2, 4]);
    expect(run(int8(1, 0), int8(2, 0), [3, 3, 5, 5])).toEqual([2, 2]);
  });
});
