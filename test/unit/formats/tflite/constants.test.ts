import { describe, expect, test } from 'vitest';
import { FormatError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { buildTflite, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { codes, floats, importValid, operatorCode, singleOperator, x, y } from '../../../support/tflite-models.ts';

const { INT8, UINT8 } = tensorType;

describe('constants and quantization', () => {
  const add = (constant: TensorSpec, type: Partial<TensorSpec> = {}): Uint8Array =>
    singleOperator(operatorCode.ADD, [{ ...x(2, 2), ...type }, constant, { ...y(2, 2), ...type }], [11, {}]);
  const int8 = { type: INT8, scales: [0.5], zeroPoints: [0n] };
  const weights = (fields: Partial<TensorSpec>): Uint8Array =>
    singleOperator(operatorCode.FULLY_CONNECTED, [
      codes('x', [1, 3]),
      { name: 'w', shape: [2, 3], type: INT8, data: new Int8Array(6), ...fields },
      codes('y', [1, 2]),
    ]);

  test('a missing zero point is 0', () => {
    const graph = importValid(weights({ scales: [0.25] }));
    expect(graph.values['w'].quantization).toEqual({ scales: [0.25], zeroPoints: [0] });
  });

  test('asymmetric uint8 weights keep their zero point', () => {
    const bytes = (name: string, shape: number[], data?: Uint8Array): TensorSpec => ({
      name,
      shape,
      type: UINT8,
      scales: [0.5],
      zeroPoints: [129n],
      ...(data && { data }),
    });
    const graph = importValid(
      singleOperator(operatorCode.FULLY_CONNECTED, [
        bytes('x', [1, 3]),
        bytes('w', [2, 3], new Uint8Array([1, 2, 3, 4, 5, 255])),
        bytes('y', [1, 2]),
      ]),
    );
    expect(graph.constants['w']).toEqual({
      dtype: 'uint8',
      shape: [2, 3],
      quantization: { scales: [0.5], zeroPoints: [129] },
      data: new Uint8Array([1, 2, 3, 4, 5, 255]),
    });
  });

  test('tensors that share a buffer share its copy', () => {
    const graph = importValid(
      buildTflite({
        tensors: [
          x(2),
          { name: 'c', shape: [2], data: floats(2) },
          { name: 'd', shape: [1, 2], fields: { 2: { int32: 1 } } },
          y(2),
          { name: 'z', shape: [1, 2] },
        ],
        operators: [
          { code: operatorCode.ADD, inputs: [0, 1], outputs: [3] },
          { code: operatorCode.ADD, inputs: [3, 2], outputs: [4] },
        ],
        inputs: [0],
        outputs: [4],
      }),
    );
    expect(graph.constants['c'].data).toBe(graph.constants['d'].data);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'data that is too short',
      add({ name: 'c', shape: [2, 2], data: floats(3) }),
      /"c" has 12 bytes of data, float32 \[2, 2\] needs 16/,
    ],
    [
      'data that is too long',
      add({ name: 'c', shape: [2], data: floats(3) }),
      /"c" has 12 bytes of data, float32 \[2\] needs 8/,
    ],
    ['data of half an element', add({ name: 'c', shape: [1], data: new Uint8Array(3) }), /"c" has 3 bytes of data/],
    [
      'codes without a scale',
      add({ name: 'c', shape: [2], data: new Int8Array(2), type: INT8 }, int8),
      /"c" is int8 without a scale/,
    ],
    [
      'fewer scales than channels',
      weights({ scales: [1, 2, 3], zeroPoints: [0n], axis: 0 }),
      /\[2, 3\] has 3 scales along axis 0/,
    ],
    [
      'scales along no axis',
      singleOperator(operatorCode.DEQUANTIZE, [{ ...codes('x', [2]), scales: [1, 2], axis: 7 }, y(2)]),
      /has 2 scales along axis 7/,
    ],
    [
      'scales and zero points that differ',
      weights({ scales: [1, 2], zeroPoints: [0n, 0n, 0n] }),
      /2 scales and 3 zero points/,
    ],
    ['a scale of 0', weights({ scales: [0] }), /the scale 0\./],
    ['an infinite scale', weights({ scales: [Infinity] }), /the scale Infinity/],
    ['a scale that is no number', weights({ scales: [NaN] }), /the scale NaN/],
    [
      'a zero point outside int8',
      weights({ scales: [1], zeroPoints: [128n] }),
      /the zero point 128, int8 allows -128 to 127/,
    ],
    [
      'an activation with several scales',
      singleOperator(operatorCode.RELU, [{ ...codes('x', [2]), scales: [1, 2] }, codes('y', [2])]),
      /"x" has 2 scales; only weights/,
    ],
  ])('%s is a FormatError', (_, bytes, message) => {
    expect(() => tfliteGraph(bytes)).toThrow(message);
    expect(() => tfliteGraph(bytes)).toThrow(FormatError);
  });
});
