import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat, type ConcatAttributes } from '../../src/ops/concat.ts';
import { inspectGraph } from '../../src/runtime/inspect-graph.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { buildGraph, type OpCase, testOp } from '../support/test-op.ts';

const geometries: readonly (readonly [number, readonly (readonly number[])[]])[] = [
  [0, [[3]]],
  [0, [[1], [2]]],
  [
    -1,
    [
      [2, 3, 3, 8],
      [2, 3, 3, 4],
    ],
  ],
  [
    -1,
    [
      [2, 3, 3, 4],
      [2, 3, 3, 3],
    ],
  ],
  [
    3,
    [
      [2, 5, 5, 4],
      [2, 5, 5, 1],
      [2, 5, 5, 80],
    ],
  ],
  [
    1,
    [
      [2, 3, 3, 5],
      [2, 1, 3, 5],
    ],
  ],
  [
    0,
    [
      [1, 3, 6],
      [2, 3, 6],
      [1, 3, 6],
    ],
  ],
  [
    2,
    [
      [1, 2, 3, 4],
      [1, 2, 1, 4],
      [1, 2, 2, 4],
      [1, 2, 1, 4],
      [1, 2, 1, 4],
      [1, 2, 5, 4],
      [1, 2, 1, 4],
    ],
  ],
  [
    1,
    [
      [3, 1],
      [3, 1],
      [3, 2],
      [3, 3],
      [3, 1],
      [3, 5],
      [3, 1],
    ],
  ],
  // More than one launch joins: in two launches, and in three levels of them.
  [-1, Array.from({ length: 8 }, (_, index) => [2, 4 + (index % 3)])],
  [0, Array.from({ length: 57 }, (_, index) => [1 + (index % 2), 3])],
];

testOp(
  concat,
  [
    { label: 'float', types: [float32], output: float32, activation: 'none' as const },
    { label: 'float relu', types: [float32], output: float32, activation: 'relu' as const },
    {
      label: 'int32',
      types: [{ dtype: 'int32' as const }],
      output: { dtype: 'int32' as const },
      activation: 'none' as const,
    },
    { label: 'int8', types: [int8(0.1, -9)], output: int8(0.1, -9), activation: 'none' as const },
    { label: 'int8 relu', types: [int8(0.1, -9)], output: int8(0.1, -9), activation: 'relu6' as const },
    {
      label: 'int8 of several scales',
      types: [int8(0.1, -9), int8(0.05, 100), int8(0.3, 0)],
      output: int8(0.11, 5),
      activation: 'none' as const,
    },
    {
      label: 'uint8 of several scales',
      types: [uint8(0.1, 0), uint8(0.11, 128)],
      output: uint8(0.11, 128),
      activation: 'relu' as const,
    },
  ].flatMap(({ label, types, output, activation }) =>
    geometries.map(([axis, shapes]): OpCase<ConcatAttributes> => ({
      name: `${label} ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' ')} along ${axis}`,
      attributes: { axis, activation },
      inputs: shapes.map((shape, index) => ({ ...types[index % types.length], shape })),
      outputs: [output],
    })),
  ),
);

test('slices of the result are the inputs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 2 }),
      (sizes, [outer, inner]) => {
        const inputs = sizes.map((size, index) => {
          const shape = [outer, size, inner];
          const data = Float32Array.from({ length: outer * size * inner }, (_, i) => index * 1000 + i);
          return { ...float32, shape, data };
        });
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const context = {
          name: 'concat',
          attributes: { axis: 1, activation: 'none' as const },
          inputs,
          constants: [],
          outputs: [{ ...float32, shape: [outer, total, inner] }],
          rounding: 'float' as const,
        };
        const [y] = concat.reference(context, inputs);
        let start = 0;
        for (const input of inputs) {
          const size = input.shape[1];
          for (let o = 0; o < outer; o++) {
            const from = (o * total + start) * inner;
            const slice = y.data.slice(from, from + size * inner);
            expect(Array.from(slice)).toEqual(
              Array.from(input.data.subarray(o * size * inner, (o + 1) * size * inner)),
            );
          }
          start += size;
        }
      },
    ),
  );
});

test('shapes that do not fit', () => {
  const infer = (shapes: readonly (readonly number[])[]) =>
    concat.inferShape({
      name: 'c',
      attributes: { axis: 1, activation: 'none' },
      inputs: shapes.map((shape) => ({ ...float32, shape })),
      constants: [],
    });
  expect(
    infer([
      [2, 3],
      [2, 5],
    ]),
  ).toEqual([[2, 8]]);
  expect(() =>
    infer([
      [2, 3],
      [3, 3],
    ]),
  ).toThrow(/input 1 \[3, 3\]/);
  expect(() => infer([])).toThrow(/no input/);
});

test('more inputs than a launch can bind are joined in as few launches as possible', () => {
  const shapes = Array.from({ length: 9 }, (_, index) => [1, index + 1]);
  const opCase: OpCase<ConcatAttributes> = {
    name: 'nine inputs',
    attributes: { axis: -1, activation: 'none' },
    inputs: shapes.map((shape) => ({ ...float32, shape })),
    outputs: [float32],
  };
  const { layers } = inspectGraph(buildGraph(concat, opCase).graph);
  expect(layers.map(({ name, shape }) => [name, shape])).toEqual([
    ['concat/part-0', [1, 6]],
    ['concat', [1, 45]],
  ]);
});
