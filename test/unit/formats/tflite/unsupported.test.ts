import { describe, expect, test } from 'vitest';
import { QuadotError, UnsupportedOpError } from '../../../../src/errors.ts';
import { importTflite, tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { inspectGraph } from '../../../../src/runtime/inspect-graph.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { compileWithin } from '../../../support/cut-program.ts';
import { buildTflite, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { codes, floats, int32s, operatorCode, singleOperator, x, y } from '../../../support/tflite-models.ts';

const { FLOAT16, INT16, INT32, INT8, UINT8 } = tensorType;

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
        { code: operatorCode.EMBEDDING_LOOKUP_SPARSE, inputs: [0], outputs: [4] },
        { code: operatorCode.EMBEDDING_LOOKUP_SPARSE, inputs: [0], outputs: [4] },
        { code: operatorCode.CUSTOM, customCode: 'Detect', inputs: [0], outputs: [4] },
        { code: 203, inputs: [0], outputs: [4] },
        { code: operatorCode.RESHAPE, inputs: [1], outputs: [2] },
        { code: operatorCode.ADD, inputs: [0, 2], outputs: [4], options: [11, { 0: { int8: 6 } }] },
        { code: operatorCode.RELU, inputs: [3], outputs: [3] },
        { code: 103, inputs: [0], outputs: [4] },
      ],
      inputs: [0],
      outputs: [4],
      subgraphs: 3,
    });
    const expected = [
      'tflite "tiny": not supported: operators EMBEDDING_LOOKUP_SPARSE ×2, CUSTOM "Detect" ×1, BUILTIN_203 ×1, UNIQUE ×1',
      'the element type FLOAT16 of tensor 1 "half"',
      'the element type INT16 of tensor 3 "short"',
      'ADD "y" (operator 5): the fused activation 6. ',
    ].join('; ');
    expect(() => tfliteGraph(bytes, { name: 'tiny' })).toThrow(expected);
    expect(() => tfliteGraph(bytes, { name: 'tiny' })).toThrow(UnsupportedOpError);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'int8 weights under uint8 activations',
      singleOperator(operatorCode.FULLY_CONNECTED, [
        { ...codes('x', [1, 3]), type: UINT8 },
        { name: 'w', shape: [2, 3], type: INT8, data: new Int8Array(6), scales: [1] },
        { ...codes('y', [1, 2]), type: UINT8 },
      ]),
      /INT8 weights with UINT8 activations; quantize both, or none/,
    ],
    [
      'weights quantized under float activations and computed',
      buildTflite({
        tensors: [x(1, 3), codes('w', [2, 3]), y(1, 2)],
        operators: [{ code: operatorCode.FULLY_CONNECTED, inputs: [0, 1], outputs: [2] }],
        inputs: [0, 1],
        outputs: [2],
      }),
      /INT8 weights that are computed at run time/,
    ],
    [
      'weights with zero points under 16-bit activations',
      singleOperator(operatorCode.FULLY_CONNECTED, [
        { ...codes('x', [1, 3], 0.5, 0n), type: INT16 },
        { name: 'w', shape: [2, 3], type: INT8, data: new Int8Array(6), scales: [1], zeroPoints: [3n] },
        { ...codes('y', [1, 2], 0.5, 0n), type: INT16 },
      ]),
      /weights with zero points under INT16 activations/,
    ],
    [
      'halves that are computed',
      singleOperator(operatorCode.RELU, [
        { ...x(2), type: FLOAT16 },
        { ...y(2), type: FLOAT16 },
      ]),
      /the element type FLOAT16 of tensor 0 "x", tensor 1 "y"/,
    ],
    [
      'a float bias under int8 activations',
      singleOperator(operatorCode.FULLY_CONNECTED, [
        codes('x', [1, 3]),
        { ...codes('w', [2, 3]), data: new Int8Array(6) },
        { name: 'b', shape: [2], data: floats(2) },
        codes('y', [1, 2]),
      ]),
      /a FLOAT32 bias with INT8 activations; it must be INT32/,
    ],
    [
      'weights with scales along their inputs',
      singleOperator(operatorCode.FULLY_CONNECTED, [
        codes('x', [1, 3]),
        { name: 'w', shape: [2, 3], type: INT8, data: new Int8Array(6), scales: [1, 2, 3], axis: 1 },
        codes('y', [1, 2]),
      ]),
      /weights quantized along axis 1; it must be the output channels, axis 0/,
    ],
    [
      'types that differ',
      singleOperator(operatorCode.RELU, [codes('x', [2]), y(2)]),
      /tensor 0 "x" is INT8 and the output FLOAT32/,
    ],
    [
      'parameters computed at run time',
      singleOperator(operatorCode.RESHAPE, [x(2, 3), { name: 'shape', shape: [2], type: INT32 }, y(3, 2)]),
      /its input 1, tensor 1 "shape", is computed at run time/,
    ],
    [
      'int32 activations',
      singleOperator(operatorCode.RELU, [
        { ...x(2), type: INT32 },
        { ...y(2), type: INT32 },
      ]),
      /the element type INT32 of tensor 0 "x", tensor 1 "y"/,
    ],
    [
      'sparse tensors',
      singleOperator(operatorCode.RELU, [{ ...x(2), fields: { 6: { table: {} } } }, y(2)]),
      /the sparse encoding of tensor 0 "x"/,
    ],
    [
      'state',
      singleOperator(operatorCode.RELU, [x(2), { ...y(2), fields: { 5: { int8: 1 } } }]),
      /the state between runs of tensor 1 "y"/,
    ],
    [
      'custom quantization',
      singleOperator(operatorCode.RELU, [{ ...x(2), fields: { 4: { table: { 4: { int8: 1 } } } } }, y(2)]),
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
    expect(() => tfliteGraph(bytes)).toThrow(message);
    expect(() => tfliteGraph(bytes)).toThrow(UnsupportedOpError);
  });
});

describe('keepsUnsupported gives a graph to look at', () => {
  const tensors: TensorSpec[] = [
    x(1, 6, 6, 2),
    { name: 'w', shape: [4, 3, 3, 2], data: floats(4, 3, 3, 2) },
    { name: 'features', shape: [1, 4, 4, 4] },
    { name: 'anchors', shape: [5, 4], data: floats(5, 4) },
    { name: 'boxes', shape: [1, 10, 4] },
    { name: 'counts', shape: [1, -1], type: 10 },
    { name: 'table', shape: [2], type: INT32 },
    { name: 'shaped', shape: [2, 20] },
    y(1, 4, 4, 4),
  ];
  const bytes = buildTflite({
    tensors,
    operators: [
      {
        code: operatorCode.CONV_2D,
        inputs: [0, 1],
        outputs: [2],
        options: [1, { 0: { int8: 1 }, 1: { int32: 1 }, 2: { int32: 1 } }],
      },
      { code: operatorCode.CUSTOM, customCode: 'Detect', inputs: [2, 3], outputs: [4, 5] },
      { code: operatorCode.EMBEDDING_LOOKUP_SPARSE, inputs: [5], outputs: [6] },
      { code: operatorCode.RESHAPE, inputs: [4, 6], outputs: [7] },
      { code: operatorCode.RELU, inputs: [2], outputs: [8] },
      // Nothing reads what it does.
      { code: 103, inputs: [2], outputs: [] },
    ],
    inputs: [0],
    outputs: [7, 8],
  });

  test('with what is known of each layer, and why the others are none', async () => {
    const summary = inspectGraph(await importTflite(bytes, { keepsUnsupported: true }));
    expect(summary.unsupported).toEqual({ 'CUSTOM "Detect"': 1, EMBEDDING_LOOKUP_SPARSE: 1, UNIQUE: 1 });
    expect(summary.layers).toMatchObject([
      { op: 'conv2d', shape: [1, 4, 4, 4], multiplyAccumulates: 16 * 4 * 18, constantBytes: 4 * 72 },
      {
        name: 'boxes',
        op: 'CUSTOM "Detect"',
        kernel: 'unsupported',
        reason: 'there is no such operator in this library',
        dtype: 'FLOAT32',
        shape: [1, 10, 4],
        constantBytes: 80,
        outputBytes: 160 + 8,
      },
      { name: 'table', op: 'EMBEDDING_LOOKUP_SPARSE', kernel: 'unsupported', dtype: 'INT32', outputBytes: 8 },
      {
        name: 'shaped',
        op: 'RESHAPE',
        kernel: 'unknown',
        reason: expect.stringMatching(/its input 1, tensor 6 "table", is computed at run time/),
      },
      { name: 'y', op: 'relu', shape: [1, 4, 4, 4] },
      { name: 'UNIQUE', op: 'UNIQUE', kernel: 'unsupported', dtype: '', shape: [], outputBytes: 0 },
    ]);
    expect(() => tfliteGraph(bytes)).toThrow(
      'not supported: operators CUSTOM "Detect" ×1, EMBEDDING_LOOKUP_SPARSE ×1, UNIQUE ×1. Convert',
    );
  });

  test('which cannot run, and says why', () => {
    const graph = tfliteGraph(bytes, { keepsUnsupported: true });
    expect(() => compileWithin(graph, {})).toThrow(
      /no kernel accepts 4 of its nodes:\n {2}CUSTOM "Detect" "boxes": there is no such operator/,
    );
    const input = { ...graph.values['x'], data: floats(1, 6, 6, 2) };
    expect(() => runReference(graph, { x: input })).toThrow(
      new UnsupportedOpError('CUSTOM "Detect" "boxes": there is no such operator in this library'),
    );
  });

  test.each<[string, Uint8Array, object]>([
    [
      'inputs of other types',
      singleOperator(operatorCode.RELU, [{ ...x(2), type: 5 }, y(2)]),
      { op: 'input', dtype: 'STRING', shape: [2], outputBytes: 0, reason: 'the element type STRING' },
    ],
    [
      'inputs of open sizes',
      singleOperator(operatorCode.RELU, [{ ...x(1, 1), fields: { 7: { int32s: [-1, -1] } } }, y(1, 1)]),
      { op: 'input', dtype: 'FLOAT32', shape: [1, 1], reason: 'the open size of axis 1' },
    ],
    [
      'a use',
      singleOperator(operatorCode.RELU, [codes('x', [2]), y(2)]),
      { op: 'RELU', name: 'y', dtype: 'FLOAT32', reason: expect.stringContaining('is INT8 and the output FLOAT32') },
    ],
    [
      'an element type',
      singleOperator(operatorCode.RELU, [x(2), { ...codes('y', [2]), type: 10, scales: [-1] }]),
      { op: 'RELU', dtype: 'FLOAT64', outputBytes: 16, reason: 'the element type FLOAT64 of tensor 1 "y"' },
    ],
    [
      'shapes that no op has',
      singleOperator(operatorCode.RESHAPE, [x(2), int32s(3), codes('y', [-2, 3])]),
      { op: 'RESHAPE', dtype: 'INT8', shape: [], reason: expect.stringMatching(/is FLOAT32 and the output INT8/) },
    ],
  ])('%s', (_, model, layer) => {
    const graph = tfliteGraph(model, { keepsUnsupported: true });
    const { layers, unsupported } = inspectGraph(graph);
    expect(layers.find(({ kernel }) => kernel === 'unsupported')).toMatchObject(layer);
    expect(Object.values(unsupported).reduce((sum, count) => sum + count)).toBeGreaterThan(0);
    expect(() => tfliteGraph(model)).toThrow(QuadotError);
  });

  test('a supported model is what it is without', () => {
    const model = singleOperator(operatorCode.RELU, [x(2), y(2)]);
    expect(tfliteGraph(model, { keepsUnsupported: true })).toEqual(tfliteGraph(model));
  });
});
