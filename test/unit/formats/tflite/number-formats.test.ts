import { describe, expect, test } from 'vitest';
import { FormatError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { toFloat16Bits } from '../../../../src/tensor/float16.ts';
import { buildTflite, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { codes, floats, importValid, operatorCode, singleOperator, x, y } from '../../../support/tflite-models.ts';

const { FLOAT16, INT16, INT32, INT4, INT64, INT8 } = tensorType;

const { CONV_2D, DEPTHWISE_CONV_2D, DEQUANTIZE, FULLY_CONNECTED, QUANTIZE, RELU } = operatorCode;

/** What the graph makes of the numbers of its only input. */
function run(bytes: Uint8Array, input: readonly number[]): number[] {
  const graph = importValid(bytes);
  const [name] = graph.inputs;
  const type = graph.values[name];
  const values = runReference(graph, { [name]: { ...type, data: Float32Array.from(input) } });
  return [...values.get(graph.outputs[0])!.data];
}

describe('int8 weights under float activations', () => {
  const weights = (shape: readonly number[], scales: readonly number[], axis = 0): TensorSpec => ({
    name: 'w',
    shape,
    type: INT8,
    data: Int8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => (index % 7) - 3),
    scales,
    axis,
  });

  test('FULLY_CONNECTED quantizes each row, symmetrically unless asked', () => {
    for (const isAsymmetric of [false, true]) {
      const options = [8, { 2: { int8: 1 }, ...(isAsymmetric && { 3: { int8: 1 } }) }] as const;
      const graph = importValid(
        singleOperator(FULLY_CONNECTED, [x(2, 5, 3), weights([4, 3], [0.5]), y(2, 5, 4)], options, [0, 1, -1]),
      );
      expect(graph.nodes.map(({ op, attributes }) => [op, attributes])).toEqual([
        ['min-max', { leading: 2, parts: 1 }],
        ['dynamic-scale', { isSymmetric: !isAsymmetric }],
        ['dynamic-quantize', {}],
        ['matmul', { activation: 'none' }],
      ]);
      const [ranges, scales, quantized, product] = graph.nodes;
      expect(quantized.inputs).toEqual(['x', scales.outputs[0]]);
      expect(product.inputs).toEqual([quantized.outputs[0], 'w', '', '', scales.outputs[0]]);
      expect(graph.values[ranges.outputs[0]]).toEqual({ dtype: 'float32', shape: [2, 5, 1, 2] });
      expect(graph.values[scales.outputs[0]]).toEqual({ dtype: 'float32', shape: [2, 5, 3] });
      expect(graph.values[quantized.outputs[0]]).toEqual({ dtype: 'int8', shape: [2, 5, 3] });
    }
  });

  test('FULLY_CONNECTED by hand: what TFLite computes', () => {
    const w = { ...weights([1, 2], [0.5]), data: Int8Array.of(3, -100) };
    const bytes = singleOperator(FULLY_CONNECTED, [x(2, 2), w, { name: 'b', shape: [1], data: floats(1) }, y(2, 1)]);
    // Rows (127, 2.6) and (−0.5, 0.25) become codes (127, 3) of scale 1, and (−127, 64) of scale 0.5 / 127.
    const [first, second] = run(bytes, [127, 2.6, -0.5, 0.25]);
    expect(first).toBe((127 * 3 - 3 * 100) * 0.5);
    expect(second).toBeCloseTo((-127 * 3 - 64 * 100) * 0.5 * (0.5 / 127), 5);
  });

  test('the input as rows, a row in parts', () => {
    const graph = importValid(singleOperator(FULLY_CONNECTED, [x(3, 2, 4096), weights([2, 8192], [0.5]), y(3, 2)]));
    expect(graph.nodes.map(({ op }) => op)).toEqual([
      'reshape',
      'min-max',
      'dynamic-scale',
      'dynamic-quantize',
      'matmul',
    ]);
    expect(graph.nodes[1].attributes).toEqual({ leading: 1, parts: 4 });
  });

  test.each([
    ['one scale', [0.5], true],
    ['equal scales', [0.5, 0.5, 0.5], true],
    ['several scales', [0.5, 0.25, 0.5], false],
  ])('CONV_2D with %s', (_, scales, isSymmetric) => {
    const bias = { name: 'b', shape: [3], data: floats(3) };
    const tensors = [x(2, 4, 4, 2), weights([3, 3, 3, 2], scales), bias, y(2, 4, 4, 3)];
    const graph = importValid(singleOperator(CONV_2D, tensors, [1, { 1: { int32: 1 }, 2: { int32: 1 } }]));
    expect(graph.nodes.map(({ op }) => op)).toEqual(['min-max', 'dynamic-scale', 'dynamic-quantize', 'conv2d']);
    expect(graph.nodes[0].attributes).toEqual({ leading: 1, parts: 1 });
    expect(graph.nodes[1].attributes).toEqual({ isSymmetric });
    expect(graph.nodes[3].inputs).toEqual(['y/dynamic-quantize', 'w', 'b', '', 'y/dynamic-scale']);
  });

  test('DEPTHWISE_CONV_2D by hand: padding is a real 0', () => {
    const w = { ...weights([1, 1, 3, 1], [1], 3), data: Int8Array.of(1, 10, 100) };
    const bytes = singleOperator(
      DEPTHWISE_CONV_2D,
      [x(1, 1, 3, 1), w, y(1, 1, 3, 1)],
      [2, { 1: { int32: 1 }, 2: { int32: 1 } }],
      [0, 1, -1],
    );
    // From −100 to 155 codes are whole numbers.
    expect(run(bytes, [-100, 155, 3])).toEqual([-1000 + 15500, -100 + 1550 + 300, 155 + 30]);
  });

  test('BATCH_MATMUL by a constant matrix, stored [K, N] or [N, K]', () => {
    const w = { ...weights([2, 2], [1]), data: Int8Array.of(1, 2, 30, 40) };
    const product = (isTransposed: boolean): Uint8Array =>
      singleOperator(126, [x(1, 2), w, y(1, 2)], [101, { 1: { int8: isTransposed ? 1 : 0 } }]);
    expect(run(product(false), [127, -1])).toEqual([127 - 30, 254 - 40]);
    expect(run(product(true), [127, -1])).toEqual([127 - 2, 3810 - 40]);
    expect(importValid(product(true)).nodes.map(({ op }) => op)).toEqual([
      'min-max',
      'dynamic-scale',
      'dynamic-quantize',
      'matmul',
    ]);
  });

  test('4-bit weights are two to a byte, the first in the low half', () => {
    const w = { ...weights([1, 3], [1]), type: INT4, data: Uint8Array.of(0x7f, 0x08) };
    const graph = importValid(singleOperator(FULLY_CONNECTED, [x(1, 3), w, y(1, 1)]));
    expect(graph.constants['w']).toEqual({
      dtype: 'int8',
      shape: [1, 3],
      quantization: { scales: [1], zeroPoints: [0] },
      data: Int8Array.of(-1, 7, -8),
    });
    const short = { ...w, data: Uint8Array.of(0x7f) };
    expect(() => tfliteGraph(singleOperator(FULLY_CONNECTED, [x(1, 3), short, y(1, 1)]))).toThrow(
      /has 1 bytes of data, int8 \[1, 3\] needs 2/,
    );
    const shifted = { ...w, zeroPoints: [8n] };
    expect(() => tfliteGraph(singleOperator(FULLY_CONNECTED, [x(1, 3), shifted, y(1, 1)]))).toThrow(
      /zero point 8, int4 allows -8 to 7/,
    );
  });
});

describe('float16', () => {
  const half: TensorSpec = {
    name: 'half',
    shape: [2, 2],
    type: FLOAT16,
    data: Uint16Array.from([1.5, -2, 2 ** -24, 65504], toFloat16Bits),
  };

  test('constants stay as they are, behind a dequantize node', () => {
    const bytes = buildTflite({
      tensors: [x(1, 2), half, { name: 'w', shape: [2, 2] }, y(1, 2)],
      operators: [
        { code: DEQUANTIZE, inputs: [1], outputs: [2] },
        { code: FULLY_CONNECTED, inputs: [0, 2, -1], outputs: [3] },
      ],
      inputs: [0],
      outputs: [3],
    });
    const graph = importValid(bytes);
    expect(graph.constants['half']).toEqual({ dtype: 'float16', shape: [2, 2], data: half.data });
    expect(graph.nodes.map(({ op }) => op)).toEqual(['dequantize', 'matmul']);
    expect(run(bytes, [2, 1])).toEqual([1, Math.fround(2 ** -23 + 65504)]);
  });
});

describe('16-bit codes', () => {
  const short = (name: string, shape: readonly number[], scale = 0.25): TensorSpec => ({
    name,
    shape,
    type: INT16,
    scales: [scale],
    zeroPoints: [0n],
  });
  const weights: TensorSpec = {
    name: 'w',
    shape: [2, 2],
    type: INT8,
    data: Int8Array.of(1, 2, -3, 4),
    scales: [0.5, 2],
    axis: 0,
  };

  test('are real numbers: layers read int8 weights, and 64-bit biases by their scales', () => {
    const bias = { name: 'b', shape: [2], type: INT64, data: BigInt64Array.of(8n, -(2n ** 40n)), scales: [0.125, 0.5] };
    const bytes = singleOperator(FULLY_CONNECTED, [short('x', [1, 2]), weights, bias, short('y', [1, 2])]);
    const graph = importValid(bytes);
    expect(graph.values['x']).toEqual({ dtype: 'float32', shape: [1, 2] });
    expect(graph.values['w'].dtype).toBe('int8');
    expect(graph.constants['b']).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(1, -(2 ** 39)) });
    expect(graph.metadata['tflite.int16']).toContain('computed in float32');
    // 0.5 · (3 + 20) + 1, 2 · (−9 + 40) − 2³⁹.
    expect(run(bytes, [3, 10])).toEqual([12.5, Math.fround(62 - 2 ** 39)]);
  });

  test('biases may have 32 bits', () => {
    const bias = { name: 'b', shape: [2], type: INT32, data: Int32Array.of(8, -4), scales: [0.125, 0.5] };
    const bytes = singleOperator(FULLY_CONNECTED, [short('x', [1, 2]), weights, bias, short('y', [1, 2])]);
    expect(run(bytes, [3, 10])).toEqual([12.5, 60]);
  });

  test('constants are read by their scale', () => {
    const constant = { ...short('c', [3], 0.5), data: Int16Array.of(-32768, 1, 32767), zeroPoints: [1n] };
    const bytes = singleOperator(operatorCode.ADD, [short('x', [3]), constant, short('y', [3])]);
    expect(run(bytes, [0, 0, 0])).toEqual([-16384.5, 0, 16383]);
  });

  test('quantizing to them, between them and back costs nothing; to and from int8 it is what it says', () => {
    const bytes = buildTflite({
      tensors: [
        x(2),
        short('a', [2]),
        short('b', [2], 0.1),
        codes('c', [2], 1, 0n),
        short('d', [2]),
        { ...y(2), name: 'e' },
      ],
      operators: [
        { code: QUANTIZE, inputs: [0], outputs: [1] },
        { code: QUANTIZE, inputs: [1], outputs: [2] },
        { code: QUANTIZE, inputs: [2], outputs: [3] },
        { code: QUANTIZE, inputs: [3], outputs: [4] },
        { code: DEQUANTIZE, inputs: [4], outputs: [5] },
      ],
      inputs: [0],
      outputs: [5],
    });
    const graph = importValid(bytes);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['reshape', 'reshape', 'quantize', 'dequantize', 'reshape']);
    expect(run(bytes, [1.4, -7.6])).toEqual([1, -8]);
  });

  test('activations have one scale', () => {
    const bytes = singleOperator(RELU, [{ ...short('x', [2]), scales: [1, 2] }, short('y', [2])]);
    expect(() => tfliteGraph(bytes)).toThrow(FormatError);
    expect(() => tfliteGraph(bytes)).toThrow('tensor 0 "x" is INT16 with 2 scales');
  });
});
