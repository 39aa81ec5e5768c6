import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
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

const { INT32, INT64, UINT8 } = tensorType;

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
    expect(() => tfliteGraph(bytes)).toThrow(message);
  });
});
