import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withBatch } from '../../src/graph/propagate-shapes.ts';
import { slice, type SliceAttributes } from '../../src/ops/slice.ts';
import type { TensorType } from '../../src/tensor/tensor.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { buildGraph, type OpCase, testOp } from '../support/test-op.ts';

/** Shape, begin, size and strides. */
type Geometry = readonly [shape: readonly number[], ...box: readonly (readonly number[])[]];

const geometries: readonly Geometry[] = [
  [[5], [2], [3], [1]],
  [[70], [3], [17], [4]],
  [
    [3, 8],
    [1, 4],
    [2, 4],
    [1, 1],
  ],
  [
    [2, 5, 7, 6],
    [0, 1, 2, 0],
    [2, 3, 4, 6],
    [1, 1, 1, 1],
  ],
  [
    [2, 5, 7, 13],
    [1, 0, 1, 4],
    [1, 3, 3, 9],
    [1, 2, 2, 1],
  ],
  [
    [2, 5, 7, 13],
    [0, 4, 0, 3],
    [2, 1, 7, 5],
    [1, 3, 1, 2],
  ],
  // Downwards.
  [[9], [8], [9], [-1]],
  [
    [5, 8],
    [4, 7],
    [5, 4],
    [-1, -2],
  ],
  [
    [2, 5, 7, 13],
    [1, 4, 5, 12],
    [2, 2, 6, 13],
    [-1, -3, -1, -1],
  ],
  // As many axes as there are, none of which merge.
  [
    [3, 3, 3, 3, 5],
    [1, 0, 1, 0, 1],
    [2, 2, 2, 2, 3],
    [1, 2, 1, 2, 1],
  ],
  // More axes, of which some are taken whole.
  [
    [2, 3, 2, 2, 3, 6],
    [0, 1, 0, 0, 1, 0],
    [2, 2, 2, 2, 2, 6],
    [1, 1, 1, 1, 1, 1],
  ],
];

function attributesOf([, begin, size, strides]: Geometry): SliceAttributes {
  return { begin, size, strides };
}

testOp(
  slice,
  [
    { label: 'float', type: float32 },
    { label: 'int8', type: int8(0.1, -9) },
    { label: 'uint8', type: uint8(0.1, 130) },
    { label: 'int32', type: { dtype: 'int32' as const } },
  ].flatMap(({ label, type }) =>
    geometries.map((geometry): OpCase<SliceAttributes> => {
      const [shape, begin, size, strides] = geometry;
      return {
        name: `${label} [${shape.join(', ')}] from ${begin.join(', ')} by ${strides.join(', ')} to [${size.join(', ')}]`,
        attributes: attributesOf(geometry),
        inputs: [{ ...type, shape }],
        outputs: [type],
        roundings: ['float'],
      };
    }),
  ),
);

function contextOf(type: TensorType, attributes: SliceAttributes, output: TensorType) {
  const rounding = 'float' as const;
  return { name: 's', attributes, inputs: [type], constants: [], outputs: [output], rounding };
}

test('every index along every axis', () => {
  const axis = fc
    .record({
      begin: fc.integer({ min: 0, max: 3 }),
      size: fc.integer({ min: 1, max: 4 }),
      stride: fc.constantFrom(-2, -1, 1, 2, 3),
      after: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ begin, size, stride, after }) => {
      const span = (size - 1) * Math.abs(stride);
      return { size, stride, begin: stride < 0 ? begin + span : begin, length: begin + span + 1 + after };
    });
  fc.assert(
    fc.property(axis, axis, axis, (a, b, c) => {
      const axes = [a, b, c];
      const pick = (key: keyof typeof a): readonly number[] => axes.map((each) => each[key]);
      const type = { ...float32, shape: pick('length') };
      const attributes = { begin: pick('begin'), size: pick('size'), strides: pick('stride') };
      expect(slice.inferShape(contextOf(type, attributes, type))).toEqual([attributes.size]);
      const data = Float32Array.from({ length: a.length * b.length * c.length }, (_, index) => index);
      const context = contextOf(type, attributes, { ...float32, shape: attributes.size });
      const [y] = slice.reference(context, [{ ...type, data }]);
      const expected: number[] = [];
      for (let i = 0; i < a.size; i++) {
        for (let j = 0; j < b.size; j++) {
          for (let k = 0; k < c.size; k++) {
            const row = (a.begin + i * a.stride) * b.length + b.begin + j * b.stride;
            expected.push(row * c.length + c.begin + k * c.stride);
          }
        }
      }
      expect([...y.data]).toEqual(expected);
    }),
  );
});

test('a quantization along an axis keeps the entries of the indices that are taken', () => {
  const quantization = { scales: [1, 2, 4, 8], zeroPoints: [5, 6, 7, 8], axis: 1 };
  const type: TensorType = { dtype: 'int8', shape: [1, 4], quantization };
  const attributes = { begin: [0, 1], size: [1, 2], strides: [1, 2] };
  const taken: TensorType = {
    dtype: 'int8',
    shape: [1, 2],
    quantization: { scales: [2, 8], zeroPoints: [6, 8], axis: 1 },
  };
  const data = Int8Array.of(1, 2, 3, 4);
  const [y] = slice.reference(contextOf(type, attributes, taken), [{ ...type, data }]);
  expect([...y.data]).toEqual([2, 4]);
  const unchanged = { ...taken, quantization: { scales: [1, 2], zeroPoints: [5, 6], axis: 1 } };
  expect(() => slice.reference(contextOf(type, attributes, unchanged), [{ ...type, data }])).toThrow(
    /encoded differently/,
  );
});

test('what does not lie within the input', () => {
  const infer = (...[shape, ...box]: Geometry) => {
    const type = { ...float32, shape };
    return slice.inferShape(contextOf(type, attributesOf([shape, ...box]), type));
  };
  expect(infer([7], [0], [3], [3])).toEqual([[3]]);
  for (const box of [
    [[1], [3], [3]],
    [[-1], [1], [1]],
    [[0], [0], [1]],
    [[1], [3], [-1]],
    [[7], [3], [-1]],
    [[0], [1], [0]],
    [[0], [8], [1]],
    [[0.5], [1], [1]],
    [[0, 0], [1], [1]],
    [[0], [1], []],
  ]) {
    expect(() => infer([7], ...box), JSON.stringify(box)).toThrow(/within input \[7\]/);
  }
});

test('another batch', () => {
  const of = (
    begin: readonly number[],
    size: readonly number[],
    strides: readonly number[] = [1, 1],
  ): OpCase<SliceAttributes> => ({
    name: 'batch',
    attributes: { begin, size, strides },
    inputs: [{ ...float32, shape: [2, 6] }],
    outputs: [float32],
  });
  const shapeOf = (opCase: OpCase<SliceAttributes>, batch: number) =>
    withBatch(buildGraph(slice, opCase).graph, batch).values['output0'].shape;
  expect(shapeOf(of([0, 2], [2, 3]), 5)).toEqual([5, 3]);
  expect(shapeOf(of([1, 2], [1, 3]), 5)).toEqual([1, 3]);
  expect(shapeOf(of([1, 5], [2, 6], [-1, -1]), 5)).toEqual([5, 6]);
});
