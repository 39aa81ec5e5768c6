import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import type { Graph } from '../../../../src/graph/graph.ts';
import { inspectGraph } from '../../../../src/runtime/inspect-graph.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { elementCount } from '../../../../src/tensor/shape.ts';
import type { TableSpec } from '../../../support/flatbuffer-builder.ts';
import { buildTflite, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { codes, importValid, x, y } from '../../../support/tflite-models.ts';
import { recurrentModel, recurrentVariants } from '../../../support/tflite-recurrent.ts';

const [LSTM, SEQUENCE_RNN, SEQUENCE_LSTM] = [16, 35, 44];
const NONE = -1;
const { INT8, INT32 } = tensorType;
const variable: TableSpec = { 5: { int8: 1 } };

const constant = (shape: readonly number[], ...data: number[]): TensorSpec => ({
  shape,
  data: Float32Array.from(data),
});

/** Weights, biases and results of `NoCifgNoPeepholeNoProjectionNoClipping` in TFLite's tests of this operator. */
const published = {
  weights: [
    [-0.45018822, -0.02338299, -0.0870589, -0.34550029, 0.04266912, -0.15680569, -0.34856534, 0.43890524],
    [0.09701663, 0.20334584, -0.50592935, -0.31343272, -0.40032279, 0.44781327, 0.01387155, -0.35593212],
    [-0.50013041, 0.1370284, 0.11810488, 0.2013163, -0.20583314, 0.44344562, 0.22077113, -0.29909778],
    [-0.25065863, -0.28290087, 0.04613829, 0.40525138, 0.44272184, 0.03897077, -0.1556896, 0.19487578],
  ],
  recurrent: [
    [
      -0.0063535, -0.2042388, 0.31454784, -0.35746509, 0.28902304, 0.08183324, -0.16555229, 0.02286911, -0.13566875,
      0.03034258, 0.48091322, -0.12528998, 0.24077177, -0.51332325, -0.33502164, 0.10629296,
    ],
    [
      -0.48684245, -0.06655136, 0.42224967, 0.2112639, 0.27654213, 0.20864892, -0.07646349, 0.45877004, 0.00141793,
      -0.14609534, 0.36447752, 0.09196436, 0.28053468, 0.01560611, -0.20127171, -0.01140004,
    ],
    [
      -0.3407414, 0.24443203, -0.2078532, 0.26320225, 0.05695659, -0.00123841, -0.4744786, -0.35869038, -0.06418842,
      -0.13502428, -0.501764, 0.22830659, -0.46367589, 0.26016325, -0.03894562, -0.16368064,
    ],
    [
      0.43385774, -0.17194885, 0.2718237, 0.09215671, 0.24107647, -0.39835793, 0.18212086, 0.01301402, 0.48572797,
      -0.50656658, 0.20047462, -0.20607421, -0.51818722, -0.15390486, 0.0468148, 0.39922136,
    ],
  ],
  biases: [
    [0, 0, 0, 0],
    [1, 1, 1, 1],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ],
  input: [2, 3, 3, 4, 1, 1],
  output: [
    -0.02973187, 0.1229473, 0.20885126, -0.15358765, -0.03716109, 0.12507336, 0.41193449, -0.20860538, -0.15053082,
    0.09120187, 0.24278517, -0.12222792,
  ],
};

interface Variation {
  readonly options?: TableSpec;
  readonly batchMajor?: boolean;
  readonly output?: TensorSpec;
  /** Further inputs by position. */
  readonly inputs?: Readonly<Record<number, TensorSpec>>;
}

const tanh: TableSpec = { 0: { int8: 4 } };

function sequenceLstm({ options = tanh, batchMajor = true, inputs = {}, output }: Variation = {}): Uint8Array {
  const axes = batchMajor ? [1, 3] : [3, 1];
  const { weights, recurrent, biases } = published;
  const byPosition: Record<number, TensorSpec> = {
    0: x(...axes, 2),
    ...Object.fromEntries(weights.map((data, gate) => [1 + gate, constant([4, 2], ...data)])),
    ...Object.fromEntries(recurrent.map((data, gate) => [5 + gate, constant([4, 4], ...data)])),
    ...Object.fromEntries(biases.map((data, gate) => [12 + gate, constant([4], ...data)])),
    18: { shape: [1, 4], fields: variable },
    19: { shape: [1, 4], fields: variable },
    ...inputs,
  };
  const positions = Object.keys(byPosition).map(Number);
  const tensors = positions.map((position) => byPosition[position]);
  return buildTflite({
    tensors: [...tensors, output ?? y(...axes, 4)],
    operators: [
      {
        code: SEQUENCE_LSTM,
        inputs: Array.from({ length: 24 }, (_, position) => {
          const index = positions.indexOf(position);
          return index < 0 ? NONE : index;
        }),
        outputs: [tensors.length],
        options: [71, options],
      },
    ],
    inputs: [0],
    outputs: [tensors.length],
  });
}

function run(graph: Graph, ...data: readonly number[]): number[] {
  const input = { ...graph.values['x'], data: Float32Array.from(data) };
  return [...runReference(graph, { x: input }).get('y')!.data];
}

describe('UNIDIRECTIONAL_SEQUENCE_LSTM', () => {
  test('computes the numbers that TFLite publishes, in both orders of axes', () => {
    for (const batchMajor of [true, false]) {
      const graph = importValid(sequenceLstm({ batchMajor, options: { ...tanh, 3: { int8: batchMajor ? 0 : 1 } } }));
      const values = run(graph, ...published.input);
      values.forEach((value, index) => expect(value).toBeCloseTo(published.output[index], 6));
      // Weights are joined before anything runs; the last step is the next run's state.
      expect(inspectGraph(graph).layers.map(({ op }) => op)).toEqual(['matmul', 'reshape', 'lstm', 'slice', 'reshape']);
      expect(graph.states).toHaveLength(2);
    }
  });

  test.each([false, true])('weights in codes stay codes, but where inputs have zero points: %s', (isAsymmetric) => {
    const inputs = Object.fromEntries(
      [...published.weights, ...published.recurrent].map((data, index): [number, TensorSpec] => {
        const scale = Math.max(...data.map(Math.abs)) / 127;
        const stored = Int8Array.from(data, (value) => Math.round(value / scale));
        const spec = {
          shape: [4, data.length / 4],
          type: INT8,
          data: stored,
          scales: [scale],
          zeroPoints: [0n],
        };
        return [1 + index, spec];
      }),
    );
    const graph = importValid(sequenceLstm({ inputs, options: { ...tanh, 4: { int8: isAsymmetric ? 1 : 0 } } }));
    const layers = ['matmul', 'reshape', 'lstm', 'slice', 'reshape'];
    const coded = ['min-max', 'dynamic-scale', 'dynamic-quantize', ...layers];
    const summary = inspectGraph(graph);
    expect(summary.layers.map(({ op }) => op)).toEqual(isAsymmetric ? layers : coded);
    // The products' weights and biases, and the recurrent weights.
    const own = isAsymmetric ? 4 * (4 * 4 * 2 + 16 + 4 * 4 * 4) : 4 * 4 * 2 + 4 * 16 + 4 * 4 * 4;
    expect(summary.constantBytes).toBe(own);
    run(graph, ...published.input).forEach((value, index) => expect(value).toBeCloseTo(published.output[index], 1.5));
  });

  test('all in codes', () => {
    const [xScale, yScale] = [4 / 127, 0.5 / 127];
    const scaleOf = (data: readonly number[]): number => Math.max(...data.map(Math.abs)) / 127;
    const inputs: Record<number, TensorSpec> = { 0: { ...codes('x', [1, 3, 2], xScale, 0n) } };
    [...published.weights, ...published.recurrent].forEach((data, index) => {
      const scale = scaleOf(data);
      const stored = Int8Array.from(data, (value) => Math.round(value / scale));
      inputs[1 + index] = { shape: [4, data.length / 4], type: INT8, data: stored, scales: [scale], zeroPoints: [0n] };
    });
    published.biases.forEach((data, gate) => {
      const scale = xScale * scaleOf(published.weights[gate]);
      const stored = Int32Array.from(data, (value) => Math.round(value / scale));
      inputs[12 + gate] = { shape: [4], type: INT32, data: stored, scales: [scale], zeroPoints: [0n] };
    });
    inputs[18] = { ...codes('hidden', [1, 4], yScale, 0n), fields: variable };
    inputs[19] = { shape: [1, 4], type: tensorType.INT16, scales: [2 ** -11], zeroPoints: [0n], fields: variable };
    const graph = importValid(sequenceLstm({ inputs, output: codes('y', [1, 3, 4], yScale, 5n) }));
    const input = {
      ...graph.values['x'],
      data: Int8Array.from(published.input, (value) => Math.round(value / xScale)),
    };
    const { data, dtype } = runReference(graph, { x: input }).get('y')!;
    expect(dtype).toBe('int8');
    const errors = Array.from(data, (code, index) => Math.abs((code - 5) * yScale - published.output[index]));
    expect(Math.max(...errors)).toBeLessThan(0.01);
  });

  test('a limit of the cells', () => {
    const graph = importValid(sequenceLstm({ options: { ...tanh, 1: { float32: 0.25 } } }));
    expect(graph.nodes.find(({ op }) => op === 'lstm')).toMatchObject({ attributes: { cellClip: 0.25 } });
  });

  test.each<[string, Variation, RegExp]>([
    ['peepholes of another size', { inputs: { 10: constant([3], 1, 1, 1) } }, /\[11\] with 11 elements/],
    ['a projection of other units', { inputs: { 16: constant([1, 3], 1, 1, 1) } }, /inputs .* do not fit/],
    [
      'a negative limit of a projection',
      { options: { ...tanh, 2: { float32: -1 } } },
      /its projection is limited to -1/,
    ],
    ['another activation', { options: { 0: { int8: 1 } } }, /the cell activation RELU/],
    ['a state from elsewhere', { inputs: { 18: constant([1, 4], 0, 0, 0, 0) } }, /a state from elsewhere, input 18/],
    ['codes that become numbers', { inputs: { 0: codes('x', [1, 3, 2]) } }, /is INT8 and the output FLOAT32/],
    [
      'weights of other types',
      { inputs: { 3: { ...constant([4, 2]), type: INT32, data: new Int32Array(8) } } },
      /INT32 weights/,
    ],
    ['a negative limit', { options: { ...tanh, 1: { float32: -1 } } }, /its cells are limited to -1/],
    [
      'gates of different shapes',
      { inputs: { 2: constant([2, 2], 1, 1, 1, 1) } },
      /its gates have the shapes \[4, 2\], \[2, 2\]/,
    ],
    ['no sequences', { inputs: { 0: x(3, 2) } }, /its input \[3, 2\] is not a batch of sequences/],
  ])('refuses %s', (_, variation, message) => {
    expect(() => tfliteGraph(sequenceLstm(variation))).toThrow(message);
  });
});

test('UNIDIRECTIONAL_SEQUENCE_RNN', () => {
  const model = (activation: number): Uint8Array =>
    buildTflite({
      tensors: [
        x(1, 3, 1),
        constant([2, 1], 1, -1),
        constant([2, 2], 1, 1, 0, 2),
        constant([2], 0, 1),
        { shape: [1, 2], fields: variable },
        y(1, 3, 2),
      ],
      operators: [
        { code: SEQUENCE_RNN, inputs: [0, 1, 2, 3, 4], outputs: [5], options: [31, { 1: { int8: activation } }] },
      ],
      inputs: [0],
      outputs: [5],
    });
  // [2, −1 → 0]; [−1 + 2, 2 + 0]; [0 + 3, 1 + 4].
  expect(run(importValid(model(1)), 2, -1, 0)).toEqual([2, 0, 1, 2, 3, 5]);
  const [first] = run(importValid(model(4)), 2, -1, 0);
  expect(first).toBeCloseTo(Math.tanh(2), 6);
  expect(() => tfliteGraph(model(5))).toThrow(/the fused activation SIGN_BIT/);
});

describe('LSTM of the basic kind', () => {
  const [inputs, units] = [2, 3];
  const weights = Array.from({ length: 4 * units * (inputs + units) }, (_, index) => Math.sin(index + 1));
  const biases = Array.from({ length: 4 * units }, (_, index) => Math.cos(index));
  const model = (kind: number): Uint8Array =>
    buildTflite({
      tensors: [
        x(1, inputs),
        { name: 'h', shape: [1, units] },
        constant([4 * units, inputs + units], ...weights),
        constant([4 * units], ...biases),
        { name: 'c', shape: [1, units] },
        y(1, units),
        { name: 'state', shape: [1, units] },
        { name: 'joined', shape: [1, inputs + units] },
        { name: 'sums', shape: [1, 4 * units] },
      ],
      operators: [
        { code: LSTM, inputs: [0, 1, 2, 3, 4], outputs: [5, 6, 7, 8], options: [14, { ...tanh, 3: { int8: kind } }] },
      ],
      inputs: [0, 1, 4],
      outputs: [5, 6],
    });

  test('one step by its definition', () => {
    const graph = importValid(model(1));
    const [step, hidden, cell] = [
      [0.5, -1],
      [0.25, 0.75, -0.5],
      [1, -2, 0.5],
    ];
    const tensor = (values: readonly number[]) => ({
      dtype: 'float32' as const,
      shape: [1, values.length],
      data: Float32Array.from(values),
    });
    const values = runReference(graph, { x: tensor(step), h: tensor(hidden), c: tensor(cell) });
    const all = [...step, ...hidden];
    const sums = biases.map((bias, row) =>
      all.reduce((sum, value, k) => sum + value * weights[row * all.length + k], bias),
    );
    const logistic = (value: number): number => 1 / (1 + Math.exp(-value));
    for (let unit = 0; unit < units; unit++) {
      const [i, g, f, o] = [0, 1, 2, 3].map((gate) => sums[gate * units + unit]);
      const state = logistic(i) * Math.tanh(g) + logistic(f) * cell[unit];
      expect(values.get('state')!.data[unit]).toBeCloseTo(state, 6);
      expect(values.get('y')!.data[unit]).toBeCloseTo(logistic(o) * Math.tanh(state), 6);
    }
  });

  test('what is the full kind is not read as this one', () => {
    expect(() => tfliteGraph(model(0))).toThrow(/several outputs of an LSTM of the full kind/);
  });
});

// What they compute is compared with TensorFlow Lite's results in test/models/oracle.test.ts.
describe('every form of recurrent operators', () => {
  test.each(Object.entries(recurrentVariants))('%s: what it remembers are inputs and outputs', (_, variant) => {
    const graph = importValid(recurrentModel(variant).bytes);
    const count = (variant.operator.includes('RNN') ? 1 : 2) * (variant.operator.startsWith('BIDIRECTIONAL') ? 2 : 1);
    expect(graph.states).toHaveLength(count);
    const input = { ...graph.values['x'], data: new Float32Array(elementCount(graph.values['x'].shape)).fill(0.5) };
    const values = runReference(graph, { x: input });
    for (const { input: before, output } of graph.states!) {
      expect(values.get(output)!.shape).toEqual(graph.values[before].shape);
      // It is another than the one before.
      expect(values.get(output)!.data.some((value) => value !== 0)).toBe(true);
    }
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['joined outputs that are two', bidirectional({ 3: { int8: 1 } }), /2 outputs, joined/],
    ['another activation', bidirectional({ 0: { int8: 1 } }), /the cell activation RELU/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => tfliteGraph(bytes)).toThrow(message);
  });
});

/** In both directions, apart, with other options. */
function bidirectional(options: TableSpec): Uint8Array {
  return recurrentModel({ operator: 'BIDIRECTIONAL_LSTM' }, options).bytes;
}
