import { describe, expect, test } from 'vitest';
import { FormatError, QuadotError, UnsupportedOpError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { buildFlatbuffer, type TableSpec } from '../../../support/flatbuffer-builder.ts';
import { buildTflite, type ModelSpec, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
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

// Files made to make the importer work or allocate beyond what their size allows, or to show what it should not.

const { INT8, INT64, UINT8 } = tensorType;

/** The same object again and again is one table of the file, referred to as often. */
const sharedTable: TableSpec = {};

/** A chain of sigmoids through all tensors. */
function chain(tensors: readonly TensorSpec[], spec: Partial<ModelSpec> = {}): Uint8Array<ArrayBuffer> {
  const operators = tensors
    .slice(1)
    .map((_, index) => ({ code: operatorCode.LOGISTIC, inputs: [index], outputs: [index + 1] }));
  return buildTflite({ tensors, operators, inputs: [0], outputs: [tensors.length - 1], ...spec });
}

const errorOf = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
};

describe('names', () => {
  test('cannot carry what a terminal obeys', () => {
    const graph = importValid(chain([x(2), { name: 'a\u001b[2J\u0000\n\u202eb', shape: [2] }]));
    expect(graph.outputs).toEqual(['a\\u001b[2J\\u0000\\u000a\\u202eb']);
  });

  test('of megabytes lose their middle, in the graph and in messages', () => {
    const name = `begin${'-'.repeat(3_000_000)}end`;
    const graph = importValid(chain([x(2), { name, shape: [2] }]));
    expect(graph.outputs[0]).toMatch(/^begin-+… \(2999008 more characters\) …-+end$/);
    const { message } = errorOf(() => tfliteGraph(chain([x(2), { name, shape: [3] }])));
    expect(message).toMatch(
      /^tflite: LOGISTIC "begin-.*-end" \(operator 0\): its inputs give \[2\], the file says \[3\]/,
    );
    expect(message.length).toBeLessThan(2000);
  });

  test('of which many are built to collide stay unique', () => {
    const names = ['a', 'a_2', 'a_2_2', 'a', 'a_3', 'b', 'b', 'b_2', 'c', 'a', 'a_2'];
    const graph = importValid(chain(names.map((name) => ({ name, shape: [2] }))));
    expect(new Set(Object.keys(graph.values)).size).toBe(names.length);
  });

  test('of a thousand steps of one operator stay short', () => {
    const count = 1000;
    const bytes = buildTflite({
      tensors: [x(count, 2), ...Array.from({ length: count }, (_, index) => ({ name: `y${index}`, shape: [2] }))],
      operators: [
        {
          code: operatorCode.UNPACK,
          inputs: [0],
          outputs: Array.from({ length: count }, (_, index) => index + 1),
          options: [64, { 0: { int32: count } }],
        },
      ],
      inputs: [0],
      outputs: [1],
    });
    const names = Object.keys(importValid(bytes).values);
    expect(names).toContain(`y0/slice_${count}`);
    expect(Math.max(...names.map((name) => name.length))).toBeLessThan(20);
  });

  test('of custom operators and the model are shortened as well', () => {
    const long = 'c'.repeat(100_000);
    const bytes = buildTflite({
      tensors: [x(2), y(2)],
      operators: [{ code: operatorCode.CUSTOM, customCode: long, inputs: [0], outputs: [1] }],
      inputs: [0],
      outputs: [1],
    });
    expect(errorOf(() => tfliteGraph(bytes)).message.length).toBeLessThan(2000);
    const { metadata } = tfliteGraph(chain([x(2), y(2)], { fields: { 3: { string: `\u0007${long}` } } }));
    expect(metadata['tflite.description']).toMatch(/^\\u0007c+… \(\d+ more characters\) …c+$/);
  });
});

describe('a file smaller than what it asks for', () => {
  test('more operators than any model has', () => {
    const operator: TableSpec = { 1: { int32s: [0] }, 2: { int32s: [1] } };
    const subgraph = { 0: { tables: [{}, {}] }, 3: { tables: Array.from({ length: 100_000 }, () => operator) } };
    const bytes = buildFlatbuffer({ 0: { int32: 3 }, 1: { tables: [{}] }, 2: { tables: [subgraph] } });
    expect(() => tfliteGraph(bytes)).toThrow(UnsupportedOpError);
    expect(() => tfliteGraph(bytes)).toThrow(/SubGraph.operators has 100000 entries; at most 16384 are read/);
  });

  test('one tensor as a million inputs', () => {
    const inputs = Array<number>(1_000_000).fill(0);
    const bytes = buildTflite({
      tensors: [x(1), y(1_000_000)],
      operators: [{ code: operatorCode.CONCATENATION, inputs, outputs: [1] }],
      inputs: [0],
      outputs: [1],
    });
    expect(() => tfliteGraph(bytes)).toThrow(UnsupportedOpError);
    expect(() => tfliteGraph(bytes)).toThrow(/up to Operator 0 have 1000000 inputs together; at most 65536 are read/);
  });

  test.each([
    ['tensors', { 2: { tables: [{ 0: { tables: Array.from({ length: 70_000 }, () => sharedTable) } }] } }],
    ['buffers', { 4: { tables: Array.from({ length: 70_000 }, () => sharedTable) } }],
    ['subgraphs', { 2: { tables: Array.from({ length: 70_000 }, () => sharedTable) } }],
  ])('one table as 70,000 %s', (what, fields: TableSpec) => {
    const bytes = buildFlatbuffer({ 0: { int32: 3 }, 1: { tables: [{}] }, 2: { tables: [{}] }, ...fields });
    expect(() => tfliteGraph(bytes)).toThrow(new RegExp(`${what} has 70000 entries; at most 65536 are read`));
  });

  test('tensors that share a buffer as several types share a few copies', () => {
    const types = [tensorType.FLOAT32, INT8, UINT8];
    const constants = types.map((type, index): TensorSpec => {
      const shape = [type === tensorType.FLOAT32 ? 50_000 : 200_000];
      const buffer = index === 0 ? { data: new Float32Array(50_000) } : { fields: { 2: { int32: 1 } } };
      return { name: `c${index}`, shape, type, scales: [1], ...buffer };
    });
    const bytes = buildTflite({ tensors: [x(1), ...constants], operators: [], inputs: [0], outputs: [1, 2, 3] });
    expect(() => tfliteGraph(bytes)).toThrow(FormatError);
    expect(() => tfliteGraph(bytes)).toThrow(/more than 2 times the file's bytes, so their buffers overlap/);
  });

  test.each([
    ['weights', 256, 4096, /operators up to here read \d+ bytes of constants.*at most 268435456 are prepared/],
    ['channels', 2 ** 20, 1, /layers up to here have 9437184 output channels together; at most 8388608 are prepared/],
  ])('many %s that operators share', (_, units, inputs, message) => {
    const quantized = { type: INT8, scales: [1], zeroPoints: [0n] };
    const tensors: TensorSpec[] = [
      { name: 'x', shape: [1, inputs], ...quantized },
      { name: 'w', shape: [units, inputs], ...quantized, data: new Int8Array(units * inputs) },
    ];
    const operators = Array.from({ length: 300 }, (__, index) => {
      tensors.push({ name: `y${index}`, shape: [1, units], ...quantized });
      return { code: operatorCode.FULLY_CONNECTED, inputs: [0, 1], outputs: [index + 2] };
    });
    const bytes = buildTflite({ tensors, operators, inputs: [0], outputs: [2] });
    expect(() => tfliteGraph(bytes)).toThrow(UnsupportedOpError);
    expect(() => tfliteGraph(bytes)).toThrow(message);
  });

  test.each([
    ['RANGE', 96, [1, 2, 3], []],
    ['ONE_HOT', 85, [0, 2, 4, 4], [1, 2 ** 16]],
  ])('many long lists of %s', (_, code, inputs, shape) => {
    const scalar = (name: string, value: number): TensorSpec => ({ ...int32s(value), name, shape: [] });
    const tensors: TensorSpec[] = [
      { ...x(1), type: tensorType.INT32 },
      scalar('zero', 0),
      scalar('count', 2 ** 16),
      scalar('one', 1),
      { name: 'value', shape: [], data: floats(1) },
    ];
    const operators = Array.from({ length: 100 }, (__, index) => {
      const type = inputs.includes(4) ? tensorType.FLOAT32 : tensorType.INT32;
      tensors.push({ name: `y${index}`, shape, type });
      // Axis −1 of ONE_HOT by default.
      return { code, inputs, outputs: [index + 5] };
    });
    const bytes = buildTflite({ tensors, operators, inputs: [0], outputs: [5] });
    expect(() => tfliteGraph(bytes)).toThrow(FormatError);
    expect(() => tfliteGraph(bytes)).toThrow(/"y4" .*make constants of 1310720 bytes that the file does not hold/);
  });

  test('many gathers by one long list of long integers', () => {
    const count = 60_000;
    const tensors: TensorSpec[] = [
      x(count),
      { name: 'i', shape: [count], type: INT64, data: BigInt64Array.from({ length: count }, (_, at) => BigInt(at)) },
    ];
    const operators = Array.from({ length: 400 }, (_, index) => {
      tensors.push({ name: `y${index}`, shape: [count] });
      return { code: 36, inputs: [0, 1], outputs: [index + 2], options: [23, {}] as const };
    });
    const bytes = buildTflite({ tensors, operators, inputs: [0], outputs: [2] });
    const start = performance.now();
    expect(importValid(bytes).nodes).toHaveLength(400);
    // A fraction of a second; a copy for each takes fifteen.
    expect(performance.now() - start).toBeLessThan(7000);
  });

  test('a filler of megabytes for every pad', () => {
    const tensors: TensorSpec[] = [
      x(1),
      int32s(0, 0),
      { name: 'value', shape: [1_000_000], data: new Float32Array(1_000_000) },
    ];
    const operators = Array.from({ length: 2000 }, (_, index) => {
      tensors.push({ name: `y${index}`, shape: [1] });
      return { code: operatorCode.PADV2, inputs: [0, 1, 2], outputs: [index + 3] };
    });
    const bytes = buildTflite({ tensors, operators, inputs: [0], outputs: [3] });
    expect(() => tfliteGraph(bytes)).toThrow(
      /PADV2 "y0" \(operator 0\): tensor 2 "value" has the shape \[1000000\], not one element/,
    );
  });
});

describe('numbers beyond their range', () => {
  const dense = (fields: Partial<TensorSpec>): Uint8Array<ArrayBuffer> =>
    singleOperator(operatorCode.FULLY_CONNECTED, [
      codes('x', [1, 3]),
      { name: 'w', shape: [2, 3], type: INT8, data: new Int8Array(6), scales: [1], ...fields },
      codes('y', [1, 2]),
    ]);

  test.each<[string, Uint8Array, RegExp]>([
    ['a zero point of 64 bits', dense({ zeroPoints: [2n ** 62n + 1n] }), /zero point 4611686018427388000, int8 allows/],
    ['the smallest zero point', dense({ zeroPoints: [-(2n ** 63n)] }), /zero point -9223372036854776000, int8 allows/],
    ['a negative scale', dense({ scales: [-1] }), /the scale -1\./],
    [
      'scales along axis -1',
      singleOperator(operatorCode.DEQUANTIZE, [{ ...codes('x', [1, 3]), scales: [1, 1, 1], axis: -1 }, y(1, 3)]),
      /has 3 scales along axis -1/,
    ],
    [
      'a shape whose product no number holds',
      chain([x(...Array<number>(8).fill(2 ** 31 - 1)), y(2)]),
      /Needed are at most 8 axes of positive sizes/,
    ],
    ['a shape of thousands of axes', chain([x(...Array<number>(5000).fill(1)), y(2)]), /Needed are at most 8 axes/],
    [
      'a new shape of 64 bits',
      singleOperator(operatorCode.RESHAPE, [
        x(2, 3),
        { name: 'shape', shape: [2], type: INT64, data: BigInt64Array.of(2n ** 62n, 2n ** 62n) },
        y(3, 2),
      ]),
      /with 6 elements cannot become/,
    ],
    [
      'an axis of 64 bits',
      singleOperator(operatorCode.MEAN, [
        x(2, 3),
        { name: 'axes', shape: [1], type: INT64, data: BigInt64Array.of(-(2n ** 63n)) },
        y(2),
      ]),
      /axis -9223372036854776000 is outside a tensor of rank 2/,
    ],
    [
      'no axis to insert at',
      singleOperator(operatorCode.EXPAND_DIMS, [x(2), { name: 'axis', shape: [0], type: tensorType.INT32 }, y(2, 1)]),
      /EXPAND_DIMS "y" \(operator 0\): there are 0 axes to insert, expected one/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => tfliteGraph(bytes)).toThrow(message);
    expect(() => tfliteGraph(bytes)).toThrow(QuadotError);
  });

  test.each<[string, number, readonly TensorSpec[], RegExp]>([
    [
      'boxes to keep',
      120,
      [
        x(6, 4),
        { name: 'scores', shape: [6], data: floats(6) },
        int32s(),
        { name: 'overlap', shape: [], data: floats(1) },
        { name: 'threshold', shape: [], data: floats(1) },
        { ...y(6), type: tensorType.INT32 },
        { name: 'count', shape: [], type: tensorType.INT32 },
      ],
      /NON_MAX_SUPPRESSION_V4 "y" \(operator 0\): its input 2 is not one number/,
    ],
    [
      'largest numbers',
      48,
      [x(4), int32s(), y(1), { name: 'i', shape: [1], type: tensorType.INT32 }],
      /TOPK_V2 "y" \(operator 0\): there are 0 counts, expected one/,
    ],
  ])('no number of %s', (_, code, tensors, message) => {
    const all = [...tensors.keys()];
    const [inputs, outputs] = [all.slice(0, -2), all.slice(-2)];
    const bytes = buildTflite({ tensors, operators: [{ code, inputs, outputs }], inputs: [0], outputs });
    expect(() => tfliteGraph(bytes)).toThrow(message);
    expect(() => tfliteGraph(bytes)).toThrow(FormatError);
  });

  test('a scale that is not a normal number is one all the same', () => {
    expect(importValid(dense({ scales: [2 ** -149] })).values['w'].quantization!.scales).toEqual([2 ** -149]);
  });
});

describe('what goes in and comes out', () => {
  test.each([
    ['no inputs', { inputs: [] }, /the first subgraph has no inputs/],
    ['no outputs', { outputs: [] }, /the first subgraph has no outputs/],
    ['an input that an operator writes', { inputs: [0, 1] }, /tensor 1 "y" is defined twice/],
    ['an input beyond the tensors', { inputs: [7] }, /SubGraph.inputs is 7, the file has entries 0 to 1/],
    ['an absent output', { outputs: [-1] }, /SubGraph.outputs is -1/],
  ])('%s', (_, spec, message) => {
    expect(() => tfliteGraph(chain([x(2), y(2)], spec))).toThrow(message);
  });

  test('a constant cannot be an input', () => {
    const bytes = chain([{ name: 'c', shape: [2], data: floats(2) }, y(2)]);
    expect(() => tfliteGraph(bytes)).toThrow(/tensor 0 "c" is defined twice/);
  });

  test('an input or a constant may be an output', () => {
    const constant = { name: 'c', shape: [3], data: floats(3) };
    const bytes = buildTflite({ tensors: [x(2), constant], operators: [], inputs: [0], outputs: [0, 1, 0] });
    expect(importValid(bytes).outputs).toEqual(['x', 'c']);
  });
});
