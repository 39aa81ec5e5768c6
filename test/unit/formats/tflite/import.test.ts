import { describe, expect, test } from 'vitest';
import { FormatError, ShapeError, UnsupportedOpError } from '../../../../src/errors.ts';
import { importTflite } from '../../../../src/formats/tflite/index.ts';
import { validateGraph } from '../../../../src/graph/validate.ts';
import { buildFlatbuffer, type TableSpec } from '../../../support/flatbuffer-builder.ts';
import { buildTflite, type ModelSpec, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';

const { FLOAT16, INT16, INT32, INT64, INT8, UINT8 } = tensorType;

/** BuiltinOperator numbers of the public schema. */
const code = {
  ADD: 0,
  AVERAGE_POOL_2D: 1,
  CONCATENATION: 2,
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 4,
  DEQUANTIZE: 6,
  FULLY_CONNECTED: 9,
  LOGISTIC: 14,
  MAX_POOL_2D: 17,
  RELU: 19,
  RELU_N1_TO_1: 20,
  RELU6: 21,
  RESHAPE: 22,
  SOFTMAX: 25,
  TANH: 28,
  CUSTOM: 32,
  PAD: 34,
  MEAN: 40,
  SQUEEZE: 43,
  PADV2: 60,
  EXPAND_DIMS: 70,
  QUANTIZE: 114,
  WHILE: 119,
} as const;

/** A model of one operator: the first tensor is its input, the last its output, those between are constants. */
function single(
  operator: number,
  tensors: readonly TensorSpec[],
  options?: readonly [number, TableSpec],
  inputs = tensors.slice(0, -1).map((_, index) => index),
): Uint8Array<ArrayBuffer> {
  const last = tensors.length - 1;
  return buildTflite({
    tensors,
    operators: [{ code: operator, inputs, outputs: [last], ...(options && { options }) }],
    inputs: [0],
    outputs: [last],
  });
}

function importValid(bytes: Uint8Array, options?: { name?: string; batch?: number }) {
  const graph = importTflite(bytes, options);
  validateGraph(graph);
  return graph;
}

const floats = (...shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => index);

const x = (...shape: readonly number[]): TensorSpec => ({ name: 'x', shape });
const y = (...shape: readonly number[]): TensorSpec => ({ name: 'y', shape });
const int32s = (...data: readonly number[]): TensorSpec => ({
  name: 'parameters',
  shape: [data.length],
  type: INT32,
  data: Int32Array.from(data),
});
const codes = (name: string, shape: readonly number[], scale = 0.5, zeroPoint = 3n): TensorSpec => ({
  name,
  shape,
  type: INT8,
  scales: [scale],
  zeroPoints: [zeroPoint],
});

describe('convolutions', () => {
  const weights: TensorSpec = { name: 'w', shape: [6, 3, 5, 4], data: floats(6, 3, 5, 4) };
  const bias: TensorSpec = { name: 'b', shape: [6], data: floats(6) };
  /** SAME, stride 2 wide and 3 high, RELU6, dilation 1. */
  const options = [1, { 0: { int8: 0 }, 1: { int32: 2 }, 2: { int32: 3 }, 3: { int8: 3 } }] as const;

  test('SAME padding becomes explicit, with the odd pixel at the bottom and right', () => {
    // Height 11 by 3: 4 rows reach 3·3 + 3 = 12, 1 too many. Width 8 by 2: 4 columns reach 3·2 + 5 = 11, 3 too many.
    const graph = importValid(single(code.CONV_2D, [x(2, 11, 8, 4), weights, bias, y(2, 4, 4, 6)], options));
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
    const graph = importValid(single(code.CONV_2D, tensors, valid, [0, 1, -1]));
    expect(graph.nodes[0].inputs).toEqual(['x', 'w']);
    expect(graph.nodes[0].attributes).toMatchObject({ dilations: [3, 2], padding: [0, 0, 0, 0] });
  });

  test('groups follow from the channels', () => {
    const graph = importValid(single(code.CONV_2D, [x(1, 6, 6, 8), weights, bias, y(1, 2, 3, 6)], options));
    expect(graph.nodes[0].attributes).toMatchObject({ groups: 2 });
  });

  test('channels that do not divide are a ShapeError', () => {
    expect(() => importTflite(single(code.CONV_2D, [x(1, 6, 6, 5), weights, bias, y(1, 2, 3, 6)], options))).toThrow(
      ShapeError,
    );
  });

  test('depthwise weights keep their layout, scales their axis', () => {
    const scales = [0.5, 0.25, 2, 1];
    const graph = importValid(
      single(
        code.DEPTHWISE_CONV_2D,
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
    const bytes = single(code.CONV_2D, [x(1, 6, 6, 4), weights, y(1, 2, 3, 6)], [1, { ...options[1], ...fields }]);
    expect(() => importTflite(bytes)).toThrow(message);
    expect(() => importTflite(bytes)).toThrow(FormatError);
  });

  test('the options of another operator are a FormatError', () => {
    const bytes = single(code.CONV_2D, [x(1, 6, 6, 4), weights, y(1, 2, 3, 6)], [5, {}]);
    expect(() => importTflite(bytes)).toThrow(/options of type 5, expected 1 \(Conv2DOptions\)/);
  });

  test('an image without four axes is a ShapeError', () => {
    const bytes = single(code.CONV_2D, [x(6, 6, 4), weights, y(1, 2, 3, 6)], options);
    expect(() => importTflite(bytes)).toThrow(/shape \[6, 6, 4\] does not have the four axes/);
  });
});

describe('fully connected', () => {
  const weights: TensorSpec = { name: 'w', shape: [5, 12], data: floats(5, 12) };

  test('a plain input goes straight in', () => {
    const graph = importValid(single(code.FULLY_CONNECTED, [x(3, 12), weights, y(3, 5)], [8, { 0: { int8: 1 } }]));
    expect(graph.nodes).toEqual([
      { name: 'y', op: 'matmul', attributes: { activation: 'relu' }, inputs: ['x', 'w'], outputs: ['y'] },
    ]);
  });

  test('other axes are flattened by a node before it; the op keeps the name', () => {
    const graph = importValid(single(code.FULLY_CONNECTED, [x(2, 3, 4), weights, y(2, 5)], [8, {}]));
    expect(graph.nodes.map(({ name, op, outputs }) => [name, op, outputs])).toEqual([
      ['y/reshape', 'reshape', ['y/reshape']],
      ['y', 'matmul', ['y']],
    ]);
    expect(graph.values['y/reshape'].shape).toEqual([2, 12]);
  });

  test('keep_num_dims leaves them', () => {
    const graph = importValid(
      single(code.FULLY_CONNECTED, [x(2, 3, 12), weights, y(2, 3, 5)], [8, { 2: { int8: 1 } }]),
    );
    expect(graph.nodes).toHaveLength(1);
    expect(graph.values['y'].shape).toEqual([2, 3, 5]);
  });

  test('an input that does not divide is a ShapeError', () => {
    expect(() => importTflite(single(code.FULLY_CONNECTED, [x(2, 7), weights, y(2, 5)], [8, {}]))).toThrow(
      /input \[2, 7\] has 14 elements, not a multiple of the weights' 12/,
    );
  });

  test('shuffled weights are not supported', () => {
    expect(() =>
      importTflite(single(code.FULLY_CONNECTED, [x(3, 12), weights, y(3, 5)], [8, { 1: { int8: 1 } }])),
    ).toThrow(/FULLY_CONNECTED "y" \(operator 0\): shuffled weights/);
  });
});

describe('other operators', () => {
  const pool = [5, { 0: { int8: 1 }, 1: { int32: 2 }, 2: { int32: 2 }, 3: { int32: 3 }, 4: { int32: 2 } }] as const;
  const tiled = { size: [2, 3], strides: [2, 2], padding: [0, 0, 0, 0], activation: 'none' };

  test.each<[string, Uint8Array, string, object, readonly number[]]>([
    [
      'AVERAGE_POOL_2D',
      single(code.AVERAGE_POOL_2D, [x(1, 4, 5, 2), y(1, 2, 2, 2)], pool),
      'average-pool2d',
      tiled,
      [1, 2, 2, 2],
    ],
    ['MAX_POOL_2D', single(code.MAX_POOL_2D, [x(1, 4, 5, 2), y(1, 2, 2, 2)], pool), 'max-pool2d', tiled, [1, 2, 2, 2]],
    [
      'ADD',
      single(code.ADD, [x(2, 3), { name: 'c', shape: [3], data: floats(3) }, y(2, 3)], [11, {}]),
      'add',
      { activation: 'none' },
      [2, 3],
    ],
    [
      'MEAN',
      single(code.MEAN, [x(2, 3, 4, 5), int32s(-2, 1), y(2, 5)]),
      'mean',
      { axes: [1, 2], keepDims: false },
      [2, 5],
    ],
    [
      'MEAN, kept',
      single(code.MEAN, [x(2, 3), int32s(1), y(2, 1)], [27, { 0: { int8: 1 } }]),
      'mean',
      { axes: [1], keepDims: true },
      [2, 1],
    ],
    [
      'PAD',
      single(code.PAD, [x(2, 3), int32s(0, 0, 1, 2), y(2, 6)]),
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
      single(
        code.CONCATENATION,
        [x(2, 3), { name: 'c', shape: [2, 1], data: floats(2) }, y(2, 4)],
        [10, { 0: { int32: -1 } }],
      ),
      'concat',
      { axis: 1, activation: 'none' },
      [2, 4],
    ],
    [
      'RESHAPE by tensor',
      single(code.RESHAPE, [x(2, 6), int32s(3, -1), y(3, 4)]),
      'reshape',
      { shape: [3, 4] },
      [3, 4],
    ],
    [
      'RESHAPE by option',
      single(code.RESHAPE, [x(2, 6), y(4, 3)], [17, { 0: { int32s: [4, 3] } }]),
      'reshape',
      { shape: [4, 3] },
      [4, 3],
    ],
    [
      'RESHAPE to a scalar',
      single(code.RESHAPE, [x(1, 1), { shape: [0], type: INT32 }, y()]),
      'reshape',
      { shape: [] },
      [],
    ],
    ['SQUEEZE', single(code.SQUEEZE, [x(1, 2, 1, 3), y(2, 3)]), 'reshape', { shape: [2, 3] }, [2, 3]],
    [
      'SQUEEZE of an axis',
      single(code.SQUEEZE, [x(1, 2, 1, 3), y(1, 2, 3)], [30, { 0: { int32s: [-2] } }]),
      'reshape',
      { shape: [1, 2, 3] },
      [1, 2, 3],
    ],
    [
      'EXPAND_DIMS',
      single(code.EXPAND_DIMS, [x(2, 3), { shape: [], type: INT64, data: new BigInt64Array([-1n]) }, y(2, 3, 1)]),
      'reshape',
      { shape: [2, 3, 1] },
      [2, 3, 1],
    ],
    [
      'SOFTMAX',
      single(code.SOFTMAX, [x(2, 3), y(2, 3)], [9, { 0: { float32: 0.5 } }]),
      'softmax',
      { beta: 0.5 },
      [2, 3],
    ],
    ['LOGISTIC', single(code.LOGISTIC, [x(2, 3), y(2, 3)]), 'sigmoid', {}, [2, 3]],
    ['RELU', single(code.RELU, [x(2, 3), y(2, 3)]), 'relu', { activation: 'relu' }, [2, 3]],
    ['RELU6', single(code.RELU6, [x(2, 3), y(2, 3)]), 'relu', { activation: 'relu6' }, [2, 3]],
    ['RELU_N1_TO_1', single(code.RELU_N1_TO_1, [x(2, 3), y(2, 3)]), 'relu', { activation: 'relu-n1-to-1' }, [2, 3]],
    ['QUANTIZE', single(code.QUANTIZE, [x(2, 3), codes('y', [2, 3])]), 'quantize', {}, [2, 3]],
    ['DEQUANTIZE', single(code.DEQUANTIZE, [codes('x', [2, 3]), y(2, 3)]), 'dequantize', {}, [2, 3]],
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
    const graph = importValid(single(code.PADV2, [bytes('x', [2]), int32s(1, 1), value, bytes('y', [4])]));
    expect(graph.nodes[0]).toMatchObject({ inputs: ['x'], attributes: { padding: [[1, 1]], value: 6 } });
    expect(Object.keys(graph.constants)).toEqual([]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'RESHAPE to another count',
      single(code.RESHAPE, [x(2, 6), int32s(5, -1), y(5, 2)]),
      /12 elements cannot become \[5, -1\]/,
    ],
    [
      'RESHAPE with two open axes',
      single(code.RESHAPE, [x(2, 6), int32s(-1, -1), y(2, 6)]),
      /\[-1, -1\] is not a shape/,
    ],
    [
      'SQUEEZE of a long axis',
      single(code.SQUEEZE, [x(1, 2), y(1)], [30, { 0: { int32s: [1] } }]),
      /axis 1 of \[1, 2\] has 2 elements/,
    ],
    ['MEAN beyond the axes', single(code.MEAN, [x(2, 3), int32s(2), y(2)]), /axis 2 is outside a tensor of rank 2/],
    ['odd paddings', single(code.PAD, [x(2), int32s(1, 2, 3), y(5)]), /paddings 1, 2, 3 are not pairs/],
    ['negative paddings', single(code.PAD, [x(2), int32s(-1, 2), y(3)]), /paddings -1, 2 are not pairs/],
    [
      'float parameters',
      single(code.MEAN, [x(2, 3), { shape: [1], data: floats(1) }, y(2)]),
      /has the type FLOAT32, expected INT32 or INT64/,
    ],
    ['too many parameters', single(code.MEAN, [x(2, 3), int32s(...floats(17)), y(2)]), /at most 16 numbers/],
    ['no beta', single(code.SOFTMAX, [x(2, 3), y(2, 3)]), /beta is 0/],
    [
      'no input',
      single(code.RELU, [x(2), y(2)], undefined, []),
      /RELU "y" \(operator 0\) has 0 inputs and 1 outputs; it needs 1 inputs/,
    ],
    ['an absent input', single(code.ADD, [x(2), y(2)], undefined, [0, -1]), /has 2 inputs, input 1 absent/],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => importTflite(bytes)).toThrow(message);
  });
});

describe('graph', () => {
  const relus = (tensors: readonly TensorSpec[], spec: Partial<ModelSpec> = {}): Uint8Array =>
    buildTflite({
      tensors,
      operators: tensors.slice(1).map((_, index) => ({ code: code.RELU, inputs: [index], outputs: [index + 1] })),
      inputs: [0],
      outputs: [tensors.length - 1],
      ...spec,
    });

  test('names are unique, not empty, and none of Object.prototype', () => {
    const names = ['a', '', 'a', '__proto__', 'constructor', 'a:tensor_2'];
    const graph = importValid(relus(names.map((name) => ({ name, shape: [2] }))));
    expect([graph.inputs[0], ...graph.nodes.map(({ name }) => name)]).toEqual([
      'a',
      'tensor_1',
      'a:tensor_2',
      '__proto__:tensor_3',
      'constructor:tensor_4',
      'a:tensor_2:tensor_5',
    ]);
  });

  test('the name, description and versions travel', () => {
    const version = new TextEncoder().encode('1.14.0\0\0');
    const fields = {
      3: { string: 'made by hand' },
      4: { tables: [{}, { 0: { bytes: version } }] },
      6: { tables: [{ 0: { string: 'other' } }, { 0: { string: 'min_runtime_version' }, 1: { int32: 1 } }] },
    };
    const graph = importValid(relus([x(2), y(2)], { fields }), { name: 'tiny' });
    expect(graph.name).toBe('tiny');
    expect(graph.metadata).toEqual({
      'tflite.version': '3',
      'tflite.description': 'made by hand',
      'tflite.minimumRuntimeVersion': '1.14.0',
    });
    expect(importTflite(relus([x(2), y(2)])).name).toBe('model');
  });

  test('an ArrayBuffer and a view into a larger one do as well', () => {
    const bytes = relus([x(2), y(2)]);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(importTflite(bytes.slice().buffer)).toEqual(importTflite(bytes));
    expect(importTflite(larger.subarray(3))).toEqual(importTflite(bytes));
  });

  test('several inputs and outputs, in the order of the file', () => {
    const graph = importValid(
      buildTflite({
        tensors: [x(2), { name: 'z', shape: [2] }, y(2), { name: 'sum', shape: [2] }],
        operators: [
          { code: code.RELU, inputs: [1], outputs: [2] },
          { code: code.ADD, inputs: [0, 2], outputs: [3] },
        ],
        inputs: [1, 0],
        outputs: [3, 2, 3],
      }),
    );
    expect(graph.inputs).toEqual(['z', 'x']);
    expect(graph.outputs).toEqual(['sum', 'y']);
  });

  test('the batch replaces the first axis of every value', () => {
    const bytes = buildTflite({
      tensors: [
        x(1, 2, 3),
        int32s(1, 6),
        { name: 'flat', shape: [1, 6] },
        { name: 'w', shape: [4, 6], data: floats(24) },
        y(1, 4),
      ],
      operators: [
        { code: code.RESHAPE, inputs: [0, 1], outputs: [2] },
        { code: code.FULLY_CONNECTED, inputs: [2, 3], outputs: [4] },
      ],
      inputs: [0],
      outputs: [4],
    });
    const graph = importValid(bytes, { batch: 5 });
    expect(['x', 'flat', 'w', 'y'].map((name) => graph.values[name].shape)).toEqual([
      [5, 2, 3],
      [5, 6],
      [4, 6],
      [5, 4],
    ]);
    expect(() => importTflite(bytes, { batch: 0 })).toThrow(ShapeError);
  });

  test('an open batch counts as one, whichever way it is stored', () => {
    const open = { 7: { int32s: [-1, 2] } };
    for (const shape of [
      [1, 2],
      [-1, 2],
    ]) {
      const graph = importValid(
        relus([
          { ...x(...shape), fields: open },
          { ...y(...shape), fields: open },
        ]),
      );
      expect([graph.values['x'].shape, graph.values['y'].shape]).toEqual([
        [1, 2],
        [1, 2],
      ]);
    }
  });

  test('other open axes are reported', () => {
    const image = { ...x(1, 1, 1, 3), fields: { 7: { int32s: [-1, -1, -1, 3] } } };
    expect(() => importTflite(relus([image, y(1, 1, 1, 3)]))).toThrow(/the open size of axis 1 and 2 of tensor 0 "x"/);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'use before definition',
      relus([x(2), { name: 'h', shape: [2] }, y(2)], {
        operators: [
          { code: code.RELU, inputs: [1], outputs: [2] },
          { code: code.RELU, inputs: [0], outputs: [1] },
        ],
      }),
      /RELU "y" \(operator 0\) uses tensor 1 "h", which no earlier operator/,
    ],
    [
      'a value defined twice',
      relus([x(2), y(2)], {
        operators: [
          { code: code.RELU, inputs: [0], outputs: [1] },
          { code: code.RELU, inputs: [0], outputs: [1] },
        ],
      }),
      /tensor 1 "y" is defined twice/,
    ],
    ['an input defined twice', relus([x(2), y(2)], { inputs: [0, 0] }), /tensor 0 "x" is defined twice/],
    [
      'an operator that writes a constant',
      relus([x(2), { ...y(2), data: floats(2) }]),
      /"y" is defined twice.*constant data/,
    ],
    ['an output that nothing defines', relus([x(2), y(2)], { operators: [] }), /a graph output uses tensor 1 "y"/],
    [
      'an index beyond the tensors',
      relus([x(2), y(2)], { outputs: [2] }),
      /SubGraph\.outputs is 2, the file has entries 0 to 1/,
    ],
    ['a buffer beyond the buffers', relus([{ ...x(2), fields: { 2: { int32: 9 } } }, y(2)]), /Tensor 0\.buffer is 9/],
    ['a shape that its inputs do not give', relus([x(2), y(3)]), /its inputs give \[2\], the file says \[3\]/],
    ['an axis without elements', relus([x(0, 2), y(0, 2)]), /tensor 0 "x" has the shape \[0, 2\]/],
    ['a negative axis', relus([x(1, -2), y(1, -2)]), /tensor 0 "x" has the shape \[1, -2\]/],
    ['more elements than can be addressed', relus([x(65536, 65536), y(65536, 65536)]), /fewer than 2\^31 elements/],
    ['more axes than are allowed', relus([x(1, 1, 1, 1, 1, 1, 1, 1, 1), y(1)]), /at most 8 axes/],
  ])('%s is a FormatError', (_, bytes, message) => {
    expect(() => importTflite(bytes)).toThrow(message);
    expect(() => importTflite(bytes)).toThrow(FormatError);
  });
});

describe('constants and quantization', () => {
  const add = (constant: TensorSpec, type: Partial<TensorSpec> = {}): Uint8Array =>
    single(code.ADD, [{ ...x(2, 2), ...type }, constant, { ...y(2, 2), ...type }], [11, {}]);
  const int8 = { type: INT8, scales: [0.5], zeroPoints: [0n] };
  const weights = (fields: Partial<TensorSpec>): Uint8Array =>
    single(code.FULLY_CONNECTED, [
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
      single(code.FULLY_CONNECTED, [
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
          { code: code.ADD, inputs: [0, 1], outputs: [3] },
          { code: code.ADD, inputs: [3, 2], outputs: [4] },
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
      single(code.DEQUANTIZE, [{ ...codes('x', [2]), scales: [1, 2], axis: 7 }, y(2)]),
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
      single(code.RELU, [{ ...codes('x', [2]), scales: [1, 2] }, codes('y', [2])]),
      /"x" has 2 scales; only weights/,
    ],
  ])('%s is a FormatError', (_, bytes, message) => {
    expect(() => importTflite(bytes)).toThrow(message);
    expect(() => importTflite(bytes)).toThrow(FormatError);
  });
});

describe('what is not supported', () => {
  test('is reported all together, with counts', () => {
    const tensors: TensorSpec[] = [
      x(2),
      { name: 'half', shape: [2], type: FLOAT16, data: new Uint8Array(4) },
      { name: 'weights', shape: [2] },
      { name: 'short', shape: [2], type: INT16 },
      y(2),
    ];
    const bytes = buildTflite({
      tensors,
      operators: [
        { code: code.TANH, inputs: [0], outputs: [4] },
        { code: code.TANH, inputs: [0], outputs: [4] },
        { code: code.CUSTOM, customCode: 'Detect', inputs: [0], outputs: [4] },
        { code: 203, inputs: [0], outputs: [4] },
        { code: code.DEQUANTIZE, inputs: [1], outputs: [2] },
        { code: code.ADD, inputs: [0, 2], outputs: [4], options: [11, { 0: { int8: 4 } }] },
        { code: code.RELU, inputs: [3], outputs: [3] },
        { code: code.WHILE, inputs: [0], outputs: [4] },
      ],
      inputs: [0],
      outputs: [4],
      subgraphs: 3,
    });
    const expected = [
      'tflite "tiny": not supported: operators TANH ×2, CUSTOM "Detect" ×1, BUILTIN_203 ×1, WHILE ×1',
      'the element type FLOAT16 of tensor 1 "half"',
      'the element type INT16 of tensor 3 "short"',
      'ADD "y" (operator 5): the fused activation TANH. The file has 3 subgraphs; only the first is run.',
    ].join('; ');
    expect(() => importTflite(bytes, { name: 'tiny' })).toThrow(expected);
    expect(() => importTflite(bytes, { name: 'tiny' })).toThrow(UnsupportedOpError);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'weights quantized under float activations',
      single(code.FULLY_CONNECTED, [
        x(1, 3),
        { name: 'w', shape: [2, 3], type: INT8, data: new Int8Array(6), scales: [1] },
        y(1, 2),
      ]),
      /INT8 weights with FLOAT32 activations/,
    ],
    [
      'a float bias under int8 activations',
      single(code.FULLY_CONNECTED, [
        codes('x', [1, 3]),
        { ...codes('w', [2, 3]), data: new Int8Array(6) },
        { name: 'b', shape: [2], data: floats(2) },
        codes('y', [1, 2]),
      ]),
      /a FLOAT32 bias with INT8 activations; it must be INT32/,
    ],
    [
      'weights with scales along their inputs',
      single(code.FULLY_CONNECTED, [
        codes('x', [1, 3]),
        { name: 'w', shape: [2, 3], type: INT8, data: new Int8Array(6), scales: [1, 2, 3], axis: 1 },
        codes('y', [1, 2]),
      ]),
      /weights quantized along axis 1; it must be the output channels, axis 0/,
    ],
    ['types that differ', single(code.RELU, [codes('x', [2]), y(2)]), /tensor 0 "x" is INT8 and the output FLOAT32/],
    [
      'parameters computed at run time',
      single(code.RESHAPE, [x(2, 3), { name: 'shape', shape: [2], type: INT32 }, y(3, 2)]),
      /its input 1, tensor 1 "shape", is computed at run time/,
    ],
    [
      'int32 activations',
      single(code.RELU, [
        { ...x(2), type: INT32 },
        { ...y(2), type: INT32 },
      ]),
      /the element type INT32 of tensor 0 "x", tensor 1 "y"/,
    ],
    [
      'sparse tensors',
      single(code.RELU, [{ ...x(2), fields: { 6: { table: {} } } }, y(2)]),
      /the sparse encoding of tensor 0 "x"/,
    ],
    [
      'state',
      single(code.RELU, [x(2), { ...y(2), fields: { 5: { int8: 1 } } }]),
      /the state between runs of tensor 1 "y"/,
    ],
    [
      'custom quantization',
      single(code.RELU, [{ ...x(2), fields: { 4: { table: { 4: { int8: 1 } } } } }, y(2)]),
      /the quantization other than by scale and zero point of tensor 0/,
    ],
    [
      'buffers outside the flatbuffer',
      buildTflite({
        tensors: [x(2)],
        operators: [],
        inputs: [0],
        outputs: [0],
        fields: { 4: { tables: [{}, { 1: { uint64: 5_000_000_000n }, 2: { uint64: 8n } }] } },
      }),
      /Buffer 1 lies outside the flatbuffer, at byte 5000000000 of the file/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => importTflite(bytes)).toThrow(message);
    expect(() => importTflite(bytes)).toThrow(UnsupportedOpError);
  });
});

describe('what is not TFLite', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /0 bytes without the identifier "TFL3"/],
    ['another file', new TextEncoder().encode('{"tensors": []}'), /15 bytes without the identifier/],
    ['an older schema', buildFlatbuffer({ 0: { int32: 2 } }), /schema version 2, expected 3/],
    ['no subgraph', buildFlatbuffer({ 0: { int32: 3 } }), /the file has no subgraph/],
  ])('%s', (_, bytes, message) => {
    expect(() => importTflite(bytes)).toThrow(message);
    expect(() => importTflite(bytes)).toThrow(FormatError);
  });
});
