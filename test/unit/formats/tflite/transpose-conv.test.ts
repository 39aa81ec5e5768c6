import { describe, expect, test } from 'vitest';
import { FormatError, ShapeError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import type { Tensor } from '../../../../src/tensor/tensor.ts';
import type { TableSpec } from '../../../support/flatbuffer-builder.ts';
import { buildTflite, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { codes, importValid, int32s, x, y } from '../../../support/tflite-models.ts';

const TRANSPOSE_CONV = 67;
const same: TableSpec = { 0: { int8: 0 }, 1: { int32: 1 }, 2: { int32: 1 } };

/** The file lists the output's shape, weights, input and bias. */
function model(
  [shape, weights, input, output, bias]: readonly TensorSpec[],
  options: TableSpec = same,
): Uint8Array<ArrayBuffer> {
  const tensors = [shape, weights, input, output, ...(bias ? [bias] : [])];
  const inputs = [0, 1, 2, ...(bias ? [4] : [])];
  return buildTflite({
    tensors,
    operators: [{ code: TRANSPOSE_CONV, inputs, outputs: [3], options: [49, options] }],
    inputs: [2],
    outputs: [3],
  });
}

const counted = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => index + 1);
const weights: TensorSpec = { name: 'w', shape: [1, 3, 3, 1], data: counted(9) };

function run(bytes: Uint8Array, data: Float32Array | Int8Array): number[] {
  const graph = importValid(bytes);
  const input: Tensor = { ...graph.values['x'], data };
  return [...runReference(graph, { x: input }).get('y')!.data];
}

describe('the examples of TFLite', () => {
  test('SAME, stride 1', () => {
    const values = run(model([int32s(1, 4, 4, 1), weights, x(1, 4, 4, 1), y(1, 4, 4, 1)]), counted(16));
    expect(values).toEqual([29, 62, 83, 75, 99, 192, 237, 198, 207, 372, 417, 330, 263, 446, 485, 365]);
  });

  test('VALID, stride 2, two output channels', () => {
    const data = Float32Array.of(1, 3, 5, 7, 9, 11, 13, 15, 17, 2, 4, 6, 8, 10, 12, 14, 16, 18);
    const tensors = [int32s(1, 5, 5, 2), { name: 'w', shape: [2, 3, 3, 1], data }, x(1, 2, 2, 1), y(1, 5, 5, 2)];
    const values = run(model(tensors, { 0: { int8: 1 }, 1: { int32: 2 }, 2: { int32: 2 } }), counted(4));
    const rows = [
      [1, 2, 3, 4, 7, 10, 6, 8, 10, 12],
      [7, 8, 9, 10, 25, 28, 18, 20, 22, 24],
      [16, 20, 24, 28, 62, 72, 42, 48, 54, 60],
      [21, 24, 27, 30, 61, 68, 36, 40, 44, 48],
      [39, 42, 45, 48, 103, 110, 60, 64, 68, 72],
    ];
    expect(values).toEqual(rows.flat());
  });
});

test('SAME, stride 2: the output shape decides on which side a pixel is cut', () => {
  const options = { ...same, 1: { int32: 2 }, 2: { int32: 2 }, 3: { int8: 1 } };
  const attributesOf = (height: number, width: number) =>
    importValid(model([int32s(1, height, width, 1), weights, x(1, 3, 4, 1), y(1, height, width, 1)], options)).nodes[0]
      .attributes;
  // The whole output has 7 × 9 pixels. A convolution of 6 × 8 pads 1 at the end, of 5 × 7 1 at both ends.
  expect(attributesOf(6, 8)).toEqual({ strides: [2, 2], padding: [0, 0, 1, 1], activation: 'relu' });
  expect(attributesOf(5, 7)).toEqual({ strides: [2, 2], padding: [1, 1, 1, 1], activation: 'relu' });
});

test('a bias, and scales for each output channel', () => {
  const scales = [0.5, 0.25];
  const tensors: readonly TensorSpec[] = [
    int32s(1, 2, 2, 2),
    {
      name: 'w',
      shape: [2, 2, 2, 1],
      type: tensorType.INT8,
      data: Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      scales,
      zeroPoints: [0n, 0n],
      axis: 0,
    },
    codes('x', [1, 1, 1, 1], 1, 0n),
    codes('y', [1, 2, 2, 2], 1, -1n),
    {
      name: 'b',
      shape: [2],
      type: tensorType.INT32,
      data: Int32Array.of(2, -4),
      scales,
      zeroPoints: [0n, 0n],
      axis: 0,
    },
  ];
  const bytes = model(tensors, { ...same, 0: { int8: 1 } });
  expect(importValid(bytes).nodes[0].inputs).toEqual(['x', 'w', 'b']);
  // (2·w + bias) · scale − 1: 4, 6, 8, 10 by 0.5, and 6, 8, 10, 12 by 0.25 with halves to even.
  expect(run(bytes, Int8Array.of(2))).toEqual([1, 1, 2, 1, 3, 1, 4, 2]);
});

test('what cannot be', () => {
  const bad = (shape: TensorSpec, options?: TableSpec) => () =>
    tfliteGraph(model([shape, weights, x(1, 4, 4, 1), y(1, 4, 4, 1)], options));
  expect(bad(int32s(4, 4))).toThrow(/output shape \[4, 4\] is not \[N, H, W, C\]/);
  expect(bad(int32s(1, 0, 4, 1))).toThrow(FormatError);
  expect(bad(int32s(1, 4, 4, 1), { ...same, 1: { int32: 0 } })).toThrow(/stride 1 × 0 is outside/);
  expect(bad(int32s(1, 4, 4, 1), { ...same, 1: { int32: 7 } })).toThrow(ShapeError);
  expect(bad(int32s(1, 99999, 4, 1))).toThrow(ShapeError);
  expect(bad({ name: 'computed', shape: [4], type: tensorType.INT32 })).toThrow(/computed at run time/);
});
