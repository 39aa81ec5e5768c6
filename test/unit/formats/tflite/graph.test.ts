import { describe, expect, test } from 'vitest';
import { FormatError, ShapeError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { buildFlatbuffer } from '../../../support/flatbuffer-builder.ts';
import { buildTflite, type ModelSpec, type TensorSpec } from '../../../support/tflite-builder.ts';
import { floats, importValid, int32s, operatorCode, x, y } from '../../../support/tflite-models.ts';

describe('graph', () => {
  const relus = (tensors: readonly TensorSpec[], spec: Partial<ModelSpec> = {}): Uint8Array =>
    buildTflite({
      tensors,
      operators: tensors
        .slice(1)
        .map((_, index) => ({ code: operatorCode.RELU, inputs: [index], outputs: [index + 1] })),
      inputs: [0],
      outputs: [tensors.length - 1],
      ...spec,
    });

  test('names are unique, not empty, and none of Object.prototype', () => {
    const names = ['a', '', 'a', '__proto__', 'constructor', 'a_2'];
    const graph = importValid(relus(names.map((name) => ({ name, shape: [2] }))));
    expect([graph.inputs[0], ...graph.nodes.map(({ name }) => name)]).toEqual([
      'a',
      'tensor_1',
      'a_2',
      '__proto___2',
      'constructor_2',
      'a_2_2',
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
    expect(tfliteGraph(relus([x(2), y(2)])).name).toBe('model');
  });

  test('an ArrayBuffer and a view into a larger one do as well', () => {
    const bytes = relus([x(2), y(2)]);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(tfliteGraph(bytes.slice().buffer)).toEqual(tfliteGraph(bytes));
    expect(tfliteGraph(larger.subarray(3))).toEqual(tfliteGraph(bytes));
  });

  test('several inputs and outputs, in the order of the file', () => {
    const graph = importValid(
      buildTflite({
        tensors: [x(2), { name: 'z', shape: [2] }, y(2), { name: 'sum', shape: [2] }],
        operators: [
          { code: operatorCode.RELU, inputs: [1], outputs: [2] },
          { code: operatorCode.ADD, inputs: [0, 2], outputs: [3] },
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
        { code: operatorCode.RESHAPE, inputs: [0, 1], outputs: [2] },
        { code: operatorCode.FULLY_CONNECTED, inputs: [2, 3], outputs: [4] },
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
    expect(() => tfliteGraph(bytes, { batch: 0 })).toThrow(ShapeError);
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
    expect(() => tfliteGraph(relus([image, y(1, 1, 1, 3)]))).toThrow(/the open size of axis 1 and 2 of tensor 0 "x"/);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'use before definition',
      relus([x(2), { name: 'h', shape: [2] }, y(2)], {
        operators: [
          { code: operatorCode.RELU, inputs: [1], outputs: [2] },
          { code: operatorCode.RELU, inputs: [0], outputs: [1] },
        ],
      }),
      /RELU "y" \(operator 0\) uses tensor 1 "h", which no earlier operator/,
    ],
    [
      'a value defined twice',
      relus([x(2), y(2)], {
        operators: [
          { code: operatorCode.RELU, inputs: [0], outputs: [1] },
          { code: operatorCode.RELU, inputs: [0], outputs: [1] },
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
    expect(() => tfliteGraph(bytes)).toThrow(message);
    expect(() => tfliteGraph(bytes)).toThrow(FormatError);
  });
});

describe('what is not TFLite', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /0 bytes without the identifier "TFL3"/],
    ['another file', new TextEncoder().encode('{"tensors": []}'), /15 bytes without the identifier/],
    ['an older schema', buildFlatbuffer({ 0: { int32: 2 } }), /schema version 2, expected 3/],
    ['no subgraph', buildFlatbuffer({ 0: { int32: 3 } }), /the file has no subgraph/],
  ])('%s', (_, bytes, message) => {
    expect(() => tfliteGraph(bytes)).toThrow(message);
    expect(() => tfliteGraph(bytes)).toThrow(FormatError);
  });
});
