import { expect, test } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import { relu, sigmoid, softmax } from '../../../src/layers/activation.ts';
import { flatten, pad } from '../../../src/layers/arrange.ts';
import { add, concat } from '../../../src/layers/combine.ts';
import { conv2d, depthwiseConv2d } from '../../../src/layers/convolution.ts';
import { dense } from '../../../src/layers/dense.ts';
import { model } from '../../../src/layers/model.ts';
import { averagePool2d, globalAveragePool2d, maxPool2d } from '../../../src/layers/pooling.ts';
import { sequential } from '../../../src/layers/sequential.ts';
import { input } from '../../../src/layers/value.ts';
import { quantize } from '../../../src/quantize/quantize.ts';
import { minMax, type Range, type Ranges, unite } from '../../../src/quantize/range.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import { toFloat16Bits } from '../../../src/tensor/float16.ts';
import { createRandom } from '../../../src/tensor/random.ts';
import { dequantizeValue } from '../../../src/tensor/quantization.ts';
import { elementCount } from '../../../src/tensor/shape.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';

/** Uniform numbers in [−1, 1] for every input. */
function sample(graph: Graph, seed: number): Record<string, Tensor> {
  return Object.fromEntries(
    graph.inputs.map((name) => {
      const random = createRandom(seed).fork(name);
      const { shape } = graph.values[name];
      const data = Float32Array.from({ length: elementCount(shape) }, () => random.uniform(-1, 1));
      return [name, { dtype: 'float32', shape, data }];
    }),
  );
}

/** What calibration on a device gives, from the reference instead. */
function rangesOf(graph: Graph, seeds: readonly number[]): Ranges {
  const ranges: Record<string, Range> = {};
  for (const seed of seeds) {
    for (const [name, { data }] of runReference(graph, sample(graph, seed))) {
      ranges[name] = unite(ranges[name], minMax(name, data));
    }
  }
  return ranges;
}

/** Signal to quantization noise in decibels. */
function sqnr(exact: Tensor, approximate: Tensor): number {
  const quantization = approximate.quantization;
  let [signal, noise] = [0, 0];
  exact.data.forEach((value, index) => {
    const code = approximate.data[index];
    const real = quantization ? dequantizeValue(code, quantization.scales[0], quantization.zeroPoints[0]) : code;
    signal += value ** 2;
    noise += (value - real) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

/** Every op the builder has, in one network. */
function everyOp(): Graph {
  const x = input('x', [1, 12, 12, 3]);
  const stem = relu({ name: 'clamped' })(conv2d({ name: 'stem', filters: 8, size: 3 })(x));
  const depthwise = depthwiseConv2d({ name: 'depthwise', size: 3, activation: 'relu6' })(stem);
  const sum = add({ name: 'sum' })(conv2d({ name: 'mix', filters: 8, size: 1 })(depthwise), stem);
  const padded = pad({
    name: 'padded',
    padding: [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
  })(sum);
  const small = maxPool2d({ name: 'small', size: 2 })(padded);
  const smooth = averagePool2d({ name: 'smooth', size: 2 })(padded);
  const gate = sigmoid({ name: 'gate' })(smooth);
  const joined = concat({ name: 'joined' })(small, smooth, gate);
  const flat = flatten({ name: 'flat' })(maxPool2d({ name: 'smaller', size: 3 })(joined));
  const classes = softmax({ name: 'classes' })(dense({ name: 'logits', units: 6 })(flat));
  return model({ inputs: [x], outputs: { classes, mean: globalAveragePool2d()(joined) } });
}

const seeds = [1, 2, 3, 4, 5, 6];

test.each(['per-channel', 'per-tensor'] as const)('%s: int8 outputs are close to float32', (weights) => {
  const float = everyOp();
  const int8 = quantize(float, rangesOf(float, seeds), { weights });
  validateGraph(int8);
  const inputs = sample(float, 1);
  const exact = runReference(float, inputs);
  const approximate = runReference(int8, inputs);
  for (const name of float.outputs) {
    expect(approximate.get(name)!.dtype).toBe('float32');
    expect(sqnr(exact.get(name)!, approximate.get(name)!), name).toBeGreaterThan(25);
  }
  for (const node of float.nodes) {
    if (float.outputs.includes(node.outputs[0])) continue;
    const [name] = node.outputs;
    expect(approximate.get(name)!.dtype, name).toBe('int8');
    expect(sqnr(exact.get(name)!, approximate.get(name)!), name).toBeGreaterThan(name === 'stem' ? 0 : 25);
  }
});

test('values that only move or are clamped keep their quantization; softmax and sigmoid have a fixed one', () => {
  const float = everyOp();
  const { values } = quantize(float, rangesOf(float, seeds));
  const of = (name: string): unknown => values[name].quantization;
  expect(of('padded')).toEqual(of('sum'));
  expect(of('small')).toEqual(of('sum'));
  expect(of('flat')).toEqual(of('smaller'));
  expect(of('gate')).toEqual({ scales: [1 / 256], zeroPoints: [-128] });
  expect(of('classes/int8')).toEqual({ scales: [1 / 256], zeroPoints: [-128] });
  // What the ReLU would cut off needs no codes.
  expect(of('stem')).toEqual(of('clamped'));
  expect(values['stem'].quantization!.zeroPoints).toEqual([-128]);
});

test('inputs and outputs can be codes', () => {
  const float = sequential({ x: [1, 6] }, [dense({ units: 4 }), relu({ name: 'y' })]);
  const int8 = quantize(float, rangesOf(float, seeds), { io: 'int8' });
  validateGraph(int8);
  expect(int8.nodes.map(({ op }) => op)).toEqual(['matmul', 'relu']);
  expect(int8.values['x'].dtype).toBe('int8');
  expect(int8.values['y'].dtype).toBe('int8');
  expect(int8.values['dense/bias'].quantization!.scales[0]).toBe(
    Math.fround(int8.values['x'].quantization!.scales[0] * int8.values['dense/weights'].quantization!.scales[0]),
  );
});

test('a constant operand becomes codes on the host', () => {
  const float = sequential({ x: [1, 4] }, [relu({ name: 'y' })]);
  const shifted: Graph = {
    ...float,
    nodes: [{ name: 'z', op: 'add', attributes: { activation: 'none' }, inputs: ['x', 'shift'], outputs: ['y'] }],
    values: { ...float.values, shift: { dtype: 'float32', shape: [4] } },
    constants: { shift: { dtype: 'float32', shape: [4], data: Float32Array.of(0, 0.5, 1, 2.55) } },
  };
  const int8 = quantize(shifted, rangesOf(shifted, seeds));
  validateGraph(int8);
  expect([...int8.constants['shift/int8'].data]).toEqual([-128, -78, -28, 127]);
  const inputs = sample(shifted, 3);
  const [exact, approximate] = [shifted, int8].map((graph) => runReference(graph, inputs).get('y')!);
  expect(sqnr(exact, approximate)).toBeGreaterThan(30);
});

test('a product of two computed values stays in float32 between conversions', () => {
  const a = input('a', [2, 8]);
  const b = input('b', [4, 8]);
  const built = model({ inputs: [a, b], outputs: { left: relu()(a), right: relu()(b) } });
  const float: Graph = {
    ...built,
    nodes: [
      ...built.nodes,
      { name: 'product', op: 'matmul', attributes: { activation: 'none' }, inputs: ['left', 'right'], outputs: ['y'] },
    ],
    values: { ...built.values, y: { dtype: 'float32', shape: [2, 4] } },
    outputs: ['y'],
  };
  const int8 = quantize(float, rangesOf(float, seeds));
  validateGraph(int8);
  expect(int8.nodes.find(({ name }) => name === 'product')!.inputs).toEqual(['left/float32', 'right/float32']);
  expect(int8.values['y'].dtype).toBe('float32');
});

test('weights that two layers share are quantized for each', () => {
  const float = sequential({ x: [1, 4] }, [dense({ units: 4, bias: true }), dense({ units: 4 })]);
  const shared: Graph = {
    ...float,
    nodes: float.nodes.map((node) => ({ ...node, inputs: [node.inputs[0], 'dense/weights', 'dense/bias'] })),
  };
  const int8 = quantize(shared, rangesOf(shared, seeds));
  validateGraph(int8);
  expect(Object.keys(int8.constants).sort()).toEqual([
    'dense/dense/bias',
    'dense/dense/weights',
    'dense_1/dense/bias',
    'dense_1/dense/weights',
  ]);
});

test.each(['float16', 'int8'] as const)('weights stored as %s are quantized as the numbers they are', (dtype) => {
  const float = sequential({ x: [1, 16] }, [dense({ name: 'a', units: 24, activation: 'relu' }), dense({ units: 5 })]);
  const constants = { ...float.constants };
  const values = { ...float.values };
  for (const node of float.nodes) {
    const { shape, data } = float.constants[node.inputs[1]];
    const scale = Math.fround(Math.max(...data.map(Math.abs)) / 127);
    const stored: Tensor =
      dtype === 'float16'
        ? { dtype, shape, data: Uint16Array.from(data, toFloat16Bits) }
        : {
            dtype,
            shape,
            quantization: { scales: [scale], zeroPoints: [0] },
            data: Int8Array.from(data, (value) => Math.round(value / scale)),
          };
    constants[node.inputs[1]] = stored;
    const { data: _, ...type } = stored;
    values[node.inputs[1]] = type;
  }
  const graph = { ...float, constants, values };
  validateGraph(graph);
  const quantized = quantize(graph, rangesOf(graph, [1, 2, 3]));
  expect(quantized.nodes.filter(({ op }) => op === 'matmul')).toHaveLength(2);
  for (const name of Object.keys(constants)) expect(['int8', 'int32']).toContain(quantized.constants[name].dtype);
  const [output] = graph.outputs;
  const inputs = sample(graph, 9);
  const exact = runReference(graph, inputs).get(output)!;
  expect(sqnr(exact, runReference(quantized, inputs).get(output)!)).toBeGreaterThan(25);
});

test('the source graph is not changed, and a missing range is named', () => {
  const float = sequential({ x: [1, 6] }, [dense({ units: 4 })]);
  const before = structuredClone(float);
  const ranges = rangesOf(float, seeds);
  quantize(float, ranges);
  expect(float).toEqual(before);
  expect(() => quantize(float, { x: ranges['x'] })).toThrow(/value "dense" of "model" has no range/);
});
