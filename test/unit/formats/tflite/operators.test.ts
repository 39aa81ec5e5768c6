import { describe, expect, test } from 'vitest';
import { FormatError, ShapeError } from '../../../../src/errors.ts';
import { importTflite } from '../../../../src/formats/tflite/index.ts';
import { type TableSpec } from '../../../support/flatbuffer-builder.ts';
import { type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import {
  codes,
  floats,
  importValid,
  int32s,
  operatorCode,
  singleOperator,
  x,
  y,
} from '../../../support/tflite-models.ts';

const { INT32, INT64, INT8, UINT8 } = tensorType;

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
      importTflite(singleOperator(operatorCode.CONV_2D, [x(1, 6, 6, 5), weights, bias, y(1, 2, 3, 6)], options)),
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
    expect(() => importTflite(bytes)).toThrow(message);
    expect(() => importTflite(bytes)).toThrow(FormatError);
  });

  test('the options of another operator are a FormatError', () => {
    const bytes = singleOperator(operatorCode.CONV_2D, [x(1, 6, 6, 4), weights, y(1, 2, 3, 6)], [5, {}]);
    expect(() => importTflite(bytes)).toThrow(/options of type 5, expected 1 \(Conv2DOptions\)/);
  });

  test('an image without four axes is a ShapeError', () => {
    const bytes = singleOperator(operatorCode.CONV_2D, [x(6, 6, 4), weights, y(1, 2, 3, 6)], options);
    expect(() => importTflite(bytes)).toThrow(/shape \[6, 6, 4\] does not have the four axes/);
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
      importTflite(singleOperator(operatorCode.FULLY_CONNECTED, [x(2, 7), weights, y(2, 5)], [8, {}])),
    ).toThrow(/input \[2, 7\] has 14 elements, not a multiple of the weights' 12/);
  });

  test('shuffled weights are not supported', () => {
    expect(() =>
      importTflite(singleOperator(operatorCode.FULLY_CONNECTED, [x(3, 12), weights, y(3, 5)], [8, { 1: { int8: 1 } }])),
    ).toThrow(/FULLY_CONNECTED "y" \(operator 0\): shuffled weights/);
  });
});

describe('other operators', () => {
  const pool = [5, { 0: { int8: 1 }, 1: { int32: 2 }, 2: { int32: 2 }, 3: { int32: 3 }, 4: { int32: 2 } }] as const;
  const tiled = { size: [2, 3], strides: [2, 2], padding: [0, 0, 0, 0], activation: 'none' };

  test.each<[string, Uint8Array, string, object, readonly number[]]>([
    [
      'AVERAGE_POOL_2D',
      singleOperator(operatorCode.AVERAGE_POOL_2D, [x(1, 4, 5, 2), y(1, 2, 2, 2)], pool),
      'average-pool2d',
      tiled,
      [1, 2, 2, 2],
    ],
    [
      'MAX_POOL_2D',
      singleOperator(operatorCode.MAX_POOL_2D, [x(1, 4, 5, 2), y(1, 2, 2, 2)], pool),
      'max-pool2d',
      tiled,
      [1, 2, 2, 2],
    ],
    [
      'ADD',
      singleOperator(operatorCode.ADD, [x(2, 3), { name: 'c', shape: [3], data: floats(3) }, y(2, 3)], [11, {}]),
      'add',
      { activation: 'none' },
      [2, 3],
    ],
    [
      'MEAN',
      singleOperator(operatorCode.MEAN, [x(2, 3, 4, 5), int32s(-2, 1), y(2, 5)]),
      'mean',
      { axes: [1, 2], keepDims: false },
      [2, 5],
    ],
    [
      'MEAN, kept',
      singleOperator(operatorCode.MEAN, [x(2, 3), int32s(1), y(2, 1)], [27, { 0: { int8: 1 } }]),
      'mean',
      { axes: [1], keepDims: true },
      [2, 1],
    ],
    [
      'PAD',
      singleOperator(operatorCode.PAD, [x(2, 3), int32s(0, 0, 1, 2), y(2, 6)]),
      'pad',
      {
        padding: [
          [0, 0],
          [1, 2],
        ],
        value: 0,
      },
      [2, 6],
    ],
    [
      'CONCATENATION',
      singleOperator(
        operatorCode.CONCATENATION,
        [x(2, 3), { name: 'c', shape: [2, 1], data: floats(2) }, y(2, 4)],
        [10, { 0: { int32: -1 } }],
      ),
      'concat',
      { axis: 1, activation: 'none' },
      [2, 4],
    ],
    [
      'RESHAPE by tensor',
      singleOperator(operatorCode.RESHAPE, [x(2, 6), int32s(3, -1), y(3, 4)]),
      'reshape',
      { shape: [3, 4] },
      [3, 4],
    ],
    [
      'RESHAPE by option',
      singleOperator(operatorCode.RESHAPE, [x(2, 6), y(4, 3)], [17, { 0: { int32s: [4, 3] } }]),
      'reshape',
      { shape: [4, 3] },
      [4, 3],
    ],
    [
      'RESHAPE to a scalar',
      singleOperator(operatorCode.RESHAPE, [x(1, 1), { shape: [0], type: INT32 }, y()]),
      'reshape',
      { shape: [] },
      [],
    ],
    ['SQUEEZE', singleOperator(operatorCode.SQUEEZE, [x(1, 2, 1, 3), y(2, 3)]), 'reshape', { shape: [2, 3] }, [2, 3]],
    [
      'SQUEEZE of an axis',
      singleOperator(operatorCode.SQUEEZE, [x(1, 2, 1, 3), y(1, 2, 3)], [30, { 0: { int32s: [-2] } }]),
      'reshape',
      { shape: [1, 2, 3] },
      [1, 2, 3],
    ],
    [
      'EXPAND_DIMS',
      singleOperator(operatorCode.EXPAND_DIMS, [
        x(2, 3),
        { shape: [], type: INT64, data: new BigInt64Array([-1n]) },
        y(2, 3, 1),
      ]),
      'reshape',
      { shape: [2, 3, 1] },
      [2, 3, 1],
    ],
    [
      'SOFTMAX',
      singleOperator(operatorCode.SOFTMAX, [x(2, 3), y(2, 3)], [9, { 0: { float32: 0.5 } }]),
      'softmax',
      { beta: 0.5 },
      [2, 3],
    ],
    ['LOGISTIC', singleOperator(operatorCode.LOGISTIC, [x(2, 3), y(2, 3)]), 'sigmoid', {}, [2, 3]],
    ['RELU', singleOperator(operatorCode.RELU, [x(2, 3), y(2, 3)]), 'relu', { activation: 'relu' }, [2, 3]],
    ['RELU6', singleOperator(operatorCode.RELU6, [x(2, 3), y(2, 3)]), 'relu', { activation: 'relu6' }, [2, 3]],
    [
      'RELU_N1_TO_1',
      singleOperator(operatorCode.RELU_N1_TO_1, [x(2, 3), y(2, 3)]),
      'relu',
      { activation: 'relu-n1-to-1' },
      [2, 3],
    ],
    ['QUANTIZE', singleOperator(operatorCode.QUANTIZE, [x(2, 3), codes('y', [2, 3])]), 'quantize', {}, [2, 3]],
    ['DEQUANTIZE', singleOperator(operatorCode.DEQUANTIZE, [codes('x', [2, 3]), y(2, 3)]), 'dequantize', {}, [2, 3]],
  ])('%s', (_, bytes, op, attributes, shape) => {
    const graph = importValid(bytes);
    expect(graph.nodes).toHaveLength(1);
    expect(graph.nodes[0]).toMatchObject({ name: 'y', op, attributes });
    expect(graph.values['y'].shape).toEqual(shape);
  });

  test('PADV2 takes the real number that its code stands for', () => {
    const value: TensorSpec = {
      name: 'v',
      shape: [1],
      type: UINT8,
      data: new Uint8Array([140]),
      scales: [0.5],
      zeroPoints: [128n],
    };
    const bytes = (name: string, shape: number[]): TensorSpec => ({ ...codes(name, shape, 0.5, 128n), type: UINT8 });
    const graph = importValid(
      singleOperator(operatorCode.PADV2, [bytes('x', [2]), int32s(1, 1), value, bytes('y', [4])]),
    );
    expect(graph.nodes[0]).toMatchObject({ inputs: ['x'], attributes: { padding: [[1, 1]], value: 6 } });
    expect(Object.keys(graph.constants)).toEqual([]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'RESHAPE to another count',
      singleOperator(operatorCode.RESHAPE, [x(2, 6), int32s(5, -1), y(5, 2)]),
      /12 elements cannot become \[5, -1\]/,
    ],
    [
      'RESHAPE with two open axes',
      singleOperator(operatorCode.RESHAPE, [x(2, 6), int32s(-1, -1), y(2, 6)]),
      /\[-1, -1\] is not a shape/,
    ],
    [
      'SQUEEZE of a long axis',
      singleOperator(operatorCode.SQUEEZE, [x(1, 2), y(1)], [30, { 0: { int32s: [1] } }]),
      /axis 1 of \[1, 2\] has 2 elements/,
    ],
    [
      'MEAN beyond the axes',
      singleOperator(operatorCode.MEAN, [x(2, 3), int32s(2), y(2)]),
      /axis 2 is outside a tensor of rank 2/,
    ],
    ['odd paddings', singleOperator(operatorCode.PAD, [x(2), int32s(1, 2, 3), y(5)]), /paddings 1, 2, 3 are not pairs/],
    [
      'negative paddings',
      singleOperator(operatorCode.PAD, [x(2), int32s(-1, 2), y(3)]),
      /paddings -1, 2 are not pairs/,
    ],
    [
      'float parameters',
      singleOperator(operatorCode.MEAN, [x(2, 3), { shape: [1], data: floats(1) }, y(2)]),
      /has the type FLOAT32, expected INT32 or INT64/,
    ],
    [
      'too many parameters',
      singleOperator(operatorCode.MEAN, [x(2, 3), int32s(...floats(17)), y(2)]),
      /at most 16 numbers/,
    ],
    ['no beta', singleOperator(operatorCode.SOFTMAX, [x(2, 3), y(2, 3)]), /beta is 0/],
    [
      'no input',
      singleOperator(operatorCode.RELU, [x(2), y(2)], undefined, []),
      /RELU "y" \(operator 0\) has 0 inputs and 1 outputs; it needs 1 inputs/,
    ],
    [
      'an absent input',
      singleOperator(operatorCode.ADD, [x(2), y(2)], undefined, [0, -1]),
      /has 2 inputs, input 1 absent/,
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => importTflite(bytes)).toThrow(message);
  });
});
