import { expect, test } from 'vitest';
import { pad, type PadAttributes } from '../../src/ops/pad.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type OpCase, testOp } from '../support/test-op.ts';

type Sides = PadAttributes['padding'];

const geometries: readonly (readonly [readonly number[], Sides])[] = [
  [[1], [[0, 0]]],
  [[3], [[2, 4]]],
  [
    [2, 3, 5, 8],
    [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
  ],
  [
    [2, 3, 5, 3],
    [
      [0, 0],
      [0, 1],
      [2, 0],
      [0, 0],
    ],
  ],
  [
    [1, 4, 4, 16],
    [
      [0, 0],
      [0, 0],
      [0, 0],
      [8, 8],
    ],
  ],
  [
    [1, 4, 4, 3],
    [
      [1, 0],
      [0, 0],
      [1, 1],
      [1, 4],
    ],
  ],
  [
    [2, 2, 2, 2, 2],
    [
      [1, 0],
      [0, 1],
      [1, 1],
      [2, 0],
      [3, 2],
    ],
  ],
  [
    [2, 2, 2, 2, 2, 5],
    [
      [0, 1],
      [0, 0],
      [1, 0],
      [0, 0],
      [0, 1],
      [0, 0],
    ],
  ],
  // Removed elements, also where as many are added, and a result that holds padding alone.
  [
    [2, 5, 4, 7],
    [
      [0, 0],
      [-1, 2],
      [1, -2],
      [-3, 1],
    ],
  ],
  [
    [1, 3, 2, 6],
    [
      [0, 0],
      [-2, 1],
      [0, 0],
      [-2, 2],
    ],
  ],
  [
    [1, 1, 3, 5],
    [
      [0, 0],
      [2, -1],
      [0, 0],
      [0, 0],
    ],
  ],
];

testOp(
  pad,
  [
    { label: 'float', type: float32, value: 0 },
    { label: 'float value', type: float32, value: -1.5 },
    { label: 'int8', type: int8(0.1, -9), value: 0 },
    { label: 'int8 value', type: int8(0.1, -9), value: 1.23 },
    { label: 'uint8', type: uint8(0.1, 130), value: 0 },
    { label: 'int32', type: { dtype: 'int32' as const }, value: -7 },
  ].flatMap(({ label, type, value }) =>
    geometries.map(([shape, padding]): OpCase<PadAttributes> => ({
      name: `${label} [${shape.join(', ')}] by ${padding.map((sides) => sides.join('+')).join(', ')}`,
      attributes: { padding, value },
      inputs: [{ ...type, shape }],
      outputs: [type],
      roundings: ['float'],
    })),
  ),
);

test('by hand', () => {
  const input = { ...int8(0.5, 7), shape: [1, 2] };
  const context = {
    name: 'pad',
    attributes: {
      padding: [
        [1, 0],
        [1, 2],
      ] as Sides,
      value: 1,
    },
    inputs: [input],
    constants: [undefined],
    outputs: [{ ...int8(0.5, 7), shape: [2, 5] }],
    rounding: 'float' as const,
  };
  expect(pad.inferShape(context)).toEqual([[2, 5]]);
  const [y] = pad.reference(context, [{ ...input, data: Int8Array.of(1, 2) }]);
  expect([...y.data]).toEqual([9, 9, 9, 9, 9, 9, 1, 2, 9, 9]);
});

test('elements removed by hand', () => {
  const input = { ...float32, shape: [2, 3] };
  const context = {
    name: 'pad',
    attributes: {
      padding: [
        [-1, 0],
        [1, -2],
      ] as Sides,
      value: 9,
    },
    inputs: [input],
    constants: [undefined],
    outputs: [{ ...float32, shape: [1, 2] }],
    rounding: 'float' as const,
  };
  expect(pad.inferShape(context)).toEqual([[1, 2]]);
  const [y] = pad.reference(context, [{ ...input, data: Float32Array.of(1, 2, 3, 4, 5, 6) }]);
  expect([...y.data]).toEqual([9, 4]);
});

test('padding that does not fit the shape', () => {
  const infer = (padding: Sides) =>
    pad.inferShape({
      name: 'p',
      attributes: { padding, value: 0 },
      inputs: [{ ...float32, shape: [2, 3] }],
      constants: [],
    });
  expect(() => infer([[1, 1]])).toThrow(/every axis/);
  expect(() =>
    infer([
      [1, 1],
      [-1, -2],
    ]),
  ).toThrow(/leave something/);
  expect(() =>
    infer([
      [1, 1],
      [0.5, 0],
    ]),
  ).toThrow(/every axis/);
});
