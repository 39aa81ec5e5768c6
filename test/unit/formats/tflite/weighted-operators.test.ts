import { describe, expect, test } from 'vitest';
import { FormatError, ShapeError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { type TableSpec } from '../../../support/flatbuffer-builder.ts';
import { type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { codes, floats, importValid, operatorCode, singleOperator, x, y } from '../../../support/tflite-models.ts';

const { INT32, INT8 } = tensorType;

describe('convolutions', () => {
  const weights: TensorSpec = { name: 'w', shape: [6, 3, 5, 4], data: floats(6, 3, 5, 4) };
  const bias: TensorSpec = { name: 'b', shape: [6], data: floats(6) };
  /** SAME, stride 2 wide and 3 high, RELU6, dilation 1. */
  const options = [1, { 0: { int8: 0 }, 1: { int32: 2 }, 2: { int32: 3 }, 3: { int8: 3 } }] as const;

  test('SAME padding becomes explicit, with the odd pixel at the bottom and right', () => {
    // Height 11 by 3: 4 rows reach 3·3 + 3 = 12, 1 too many. Width 8 by 2: 4 columns reach 3·2 + 5 = 11, 3 too many.
    const graph = importValid(
      singleOperator(operatorCode.CONV_2D, [x(2, 11, 8, 4), weights, bias, y(2, 4, 4, 6)], options),
    );
    expect(graph.nodes).toEqual([
      {
        name: 'y',
        op: 'conv2d',
        attributes: { strides: [3, 2], dilations: [1, 1], padding: [0, 1, 1, 2], groups: 1, activation: 'relu6' },
        inputs: ['x', 'w', 'b'],
        outputs: ['y'],
      },
    ]);
    expect(graph.values['y']).toEqual({ dtype: 'float32', shape: [2, 4, 4, 6] });
    expect(graph.constants['w'].data).toEqual(weights.data);
  });

  test('VALID padding is none, and the bias may be absent', () => {
    const valid = [1, { ...options[1], 0: { int8: 1 }, 4: { int32: 2 }, 5: { int32: 3 } }] as const;
    const tensors = [x(1, 11, 11, 4), weights, y(1, 2, 2, 6)];
    const graph = importValid(singleOperator(operatorCode.CONV_2D, tensors, valid, [0, 1, -1]));
    expect(graph.nodes[0].inputs).toEqual(['x', 'w']);
    expect(graph.nodes[0].attributes).toMatchObject({ dilations: [3, 2], padding: [0, 0, 0, 0] });
  });

  test('groups follow from the channels', () => {
    const graph = importValid(
      singleOperator(operatorCode.CONV_2D, [x(1, 6, 6, 8), weights, bias, y(1, 2, 3, 6)], options),
    );
    expect(graph.nodes[0].attributes).toMatchObject({ groups: 2 });
  });

  test('channels that do not divide are a ShapeError', () => {
    expect(() =>
      tfliteGraph(singleOperator(operatorCode.CONV_2D, [x(1, 6, 6, 5), weights, bias, y(1, 2, 3, 6)], options)),
    ).toThrow(ShapeError);
  });

  test('depthwise weights keep their layout, scales their axis', () => {
    const scales = [0.5, 0.25, 2, 1];
    const graph = importValid(
      singleOperator(
        operatorCode.DEPTHWISE_CONV_2D,
        [
          codes('x', [1, 4, 4, 2]),
          { name: 'w', shape: [1, 3, 3, 4], type: INT8, data: new Int8Array(36), scales, zeroPoints: [0n], axis: 3 },
          {
            name: 'b',
            shape: [4],
            type: INT32,
            data: new Int32Array([1, -2, 3, -4]),
            scales,
            zeroPoints: [0n, 0n, 0n, 0n],
          },
          codes('y', [1, 4, 4, 4], 0.125, -7n),
        ],
        [2, { 1: { int32: 1 }, 2: { int32: 1 }, 3: { int32: 99 }, 4: { int8: 2 } }],
      ),
    );
    expect(graph.nodes[0]).toMatchObject({
      op: 'depthwise-conv2d',
      attributes: { strides: [1, 1], dilations: [1, 1], padding: [1, 1, 1, 1], activation: 'relu-n1-to-1' },
    });
    expect(graph.values['w'].quantization).toEqual({ scales, zeroPoints: [0, 0, 0, 0], axis: 3 });
    expect(graph.values['b']).toMatchObject({ dtype: 'int32', quantization: { scales, axis: 0 } });
    expect(graph.values['y'].quantization).toEqual({ scales: [0.125], zeroPoints: [-7] });
  });

  test.each<[string, TableSpec, RegExp]>([
    ['stride 0', { 1: { int32: 0 } }, /CONV_2D "y" \(operator 0\): stride 3 × 0 is outside/],
    ['dilation 0', { 4: { int32: 0 } }, /dilation 1 × 0 is outside/],
    ['an unknown padding', { 0: { int8: 2 } }, /padding 2 is neither SAME \(0\) nor VALID \(1\)/],
  ])('%s is a FormatError', (_, fields, message) => {
    const bytes = singleOperator(
      operatorCode.CONV_2D,
      [x(1, 6, 6, 4), weights, y(1, 2, 3, 6)],
      [1, { ...options[1], ...fields }],
    );
    expect(() => tfliteGraph(bytes)).toThrow(message);
    expect(() => tfliteGraph(bytes)).toThrow(FormatError);
  });

  test('the options of another operator are a FormatError', () => {
    const bytes = singleOperator(operatorCode.CONV_2D, [x(1, 6, 6, 4), weights, y(1, 2, 3, 6)], [5, {}]);
    expect(() => tfliteGraph(bytes)).toThrow(/options of type 5, expected 1 \(Conv2DOptions\)/);
  });

  test('an image without four axes is a ShapeError', () => {
    const bytes = singleOperator(operatorCode.CONV_2D, [x(6, 6, 4), weights, y(1, 2, 3, 6)], options);
    expect(() => tfliteGraph(bytes)).toThrow(/shape \[6, 6, 4\] does not have the four axes/);
  });
});

describe('fully connected', () => {
  const weights: TensorSpec = { name: 'w', shape: [5, 12], data: floats(5, 12) };

  test('a plain input goes straight in', () => {
    const graph = importValid(
      singleOperator(operatorCode.FULLY_CONNECTED, [x(3, 12), weights, y(3, 5)], [8, { 0: { int8: 1 } }]),
    );
    expect(graph.nodes).toEqual([
      { name: 'y', op: 'matmul', attributes: { activation: 'relu' }, inputs: ['x', 'w'], outputs: ['y'] },
    ]);
  });

  test('other axes are flattened by a node before it; the op keeps the name', () => {
    const graph = importValid(singleOperator(operatorCode.FULLY_CONNECTED, [x(2, 3, 4), weights, y(2, 5)], [8, {}]));
    expect(graph.nodes.map(({ name, op, outputs }) => [name, op, outputs])).toEqual([
      ['y/reshape', 'reshape', ['y/reshape']],
      ['y', 'matmul', ['y']],
    ]);
    expect(graph.values['y/reshape'].shape).toEqual([2, 12]);
  });

  test('keep_num_dims leaves them', () => {
    const graph = importValid(
      singleOperator(operatorCode.FULLY_CONNECTED, [x(2, 3, 12), weights, y(2, 3, 5)], [8, { 2: { int8: 1 } }]),
    );
    expect(graph.nodes).toHaveLength(1);
    expect(graph.values['y'].shape).toEqual([2, 3, 5]);
  });

  test('an input that does not divide is a ShapeError', () => {
    expect(() =>
      tfliteGraph(singleOperator(operatorCode.FULLY_CONNECTED, [x(2, 7), weights, y(2, 5)], [8, {}])),
    ).toThrow(/input \[2, 7\] has 14 elements, not a multiple of the weights' 12/);
  });

  test('shuffled weights are not supported', () => {
    expect(() =>
      tfliteGraph(singleOperator(operatorCode.FULLY_CONNECTED, [x(3, 12), weights, y(3, 5)], [8, { 1: { int8: 1 } }])),
    ).toThrow(/FULLY_CONNECTED "y" \(operator 0\): shuffled weights/);
  });
});
