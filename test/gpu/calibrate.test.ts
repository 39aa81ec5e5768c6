import { expect, test } from 'vitest';
import { NumericError } from '../../src/errors.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { nextStates } from '../../src/graph/states.ts';
import { relu } from '../../src/layers/activation.ts';
import { add } from '../../src/layers/combine.ts';
import { model } from '../../src/layers/model.ts';
import { maxPool2d } from '../../src/layers/pooling.ts';
import { input } from '../../src/layers/value.ts';
import { calibrate } from '../../src/quantize/calibrate.ts';
import { quantize } from '../../src/quantize/quantize.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createSession } from '../../src/runtime/session.ts';
import { testDevice } from '../support/device.ts';
import { importValid } from '../support/tflite-models.ts';
import { accumulator } from '../support/tflite-variables.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { quantizeTensor } from '../../src/tensor/quantize-tensor.ts';
import type { TensorType } from '../../src/tensor/tensor.ts';

const x = input('x', [1, 4, 4, 3]);
const graph = model({
  inputs: [x],
  // The first relu would merge with the add if the session fused.
  outputs: { y: maxPool2d({ name: 'pool', size: 2 })(relu({ name: 'positive' })(add({ name: 'twice' })(x, x))) },
});

function sample(seed: number): { x: Float32Array } {
  const random = createRandom(seed);
  return { x: Float32Array.from({ length: 48 }, () => random.uniform(-1, 3)) };
}

test('every float32 value gets the range it takes over all samples', async () => {
  const samples = [1, 2, 3].map(sample);
  const progress: unknown[] = [];
  const ranges = await calibrate(await testDevice(), graph, samples, {
    onProgress: (done, total) => progress.push([done, total]),
  });
  const values = samples.map(({ x: data }) =>
    runReference(graph, { x: { dtype: 'float32', shape: [1, 4, 4, 3], data } }),
  );
  for (const name of ['x', 'twice', 'positive', 'y']) {
    const all = values.flatMap((run) => [...run.get(name)!.data]);
    expect(ranges[name], name).toEqual({ min: Math.min(...all), max: Math.max(...all) });
  }
  expect(progress).toEqual([1, 2, 3].map((done) => [done, 3]));
});

test('what depends on no input, or is read by nothing, has no range and needs none', async () => {
  const float32 = (shape: readonly number[]): TensorType => ({ dtype: 'float32', shape });
  const computed: Graph = {
    ...graph,
    nodes: [
      { name: 'bounded', op: 'relu', attributes: { activation: 'relu6' }, inputs: ['given'], outputs: ['bounded'] },
      { name: 'shape', op: 'reshape', attributes: { shape: [1, 1, 1, 3] }, inputs: ['bounded'], outputs: ['shift'] },
      { name: 'shifted', op: 'add', attributes: { activation: 'none' }, inputs: ['x', 'shift'], outputs: ['y'] },
      { name: 'idle', op: 'relu', attributes: { activation: 'relu' }, inputs: ['y'], outputs: ['unread'] },
    ],
    values: {
      x: float32([1, 4, 4, 3]),
      given: float32([3]),
      bounded: float32([3]),
      shift: float32([1, 1, 1, 3]),
      y: float32([1, 4, 4, 3]),
      unread: float32([1, 4, 4, 3]),
    },
    constants: { given: { ...float32([3]), data: Float32Array.of(-1, 2, 30) } },
  };
  const ranges = await calibrate(await testDevice(), computed, [sample(1)]);
  expect(Object.keys(ranges).sort()).toEqual(['x', 'y']);
  const int8 = quantize(computed, ranges);
  expect(int8.nodes.map(({ op }) => op)).toEqual(['quantize', 'add', 'dequantize']);
  // 0, 2 and 6 over 255 steps.
  expect([...int8.constants['shift/int8'].data]).toEqual([-128, -43, 127]);
});

test('samples may stream; a stop is obeyed and nothing stays on the device', async () => {
  const device = await testDevice();
  const before = device.memory();
  const controller = new AbortController();
  const stream = async function* (): AsyncGenerator<{ x: Float32Array }> {
    yield sample(1);
    controller.abort(new Error('enough'));
    yield sample(2);
  };
  await expect(calibrate(device, graph, stream(), { signal: controller.signal })).rejects.toThrow('enough');
  expect(device.memory()).toEqual(before);
});

test('no samples, and samples with NaN, are refused', async () => {
  const device = await testDevice();
  await expect(calibrate(device, graph, [])).rejects.toThrow(NumericError);
  const poisoned = { x: Float32Array.from({ length: 48 }, (_, index) => (index === 5 ? NaN : 0)) };
  await expect(calibrate(device, graph, [poisoned])).rejects.toThrow(/value "x" holds NaN/);
});

test('a state has the range of what it becomes, and stays of one type', async () => {
  const stream = importValid(accumulator());
  const device = await testDevice();
  const ranges = await calibrate(device, stream, [{ x: Float32Array.of(1, -2) }, { x: Float32Array.of(3, 0.5) }]);
  expect(ranges['before']).toEqual(ranges['y']);
  for (const io of ['float32', 'int8'] as const) {
    const quantized = quantize(stream, ranges, { io });
    expect(quantized.values['x'].dtype).toBe(io);
    for (const name of ['before', 'y']) expect(quantized.values[name].dtype).toBe('float32');
    using session = await createSession(device, quantized);
    const real = { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, -2) } as const;
    const given = io === 'int8' ? quantizeTensor(real, quantized.values['x']) : real;
    const first = await session.run({ x: given });
    const second = await session.run({ x: given, ...nextStates(quantized, first) });
    // Codes of a hundredth; what is beyond the range does not fit.
    [1, -2].forEach((value, at) => expect(Math.abs(first['y'].data[at] - value)).toBeLessThan(0.05));
    expect(Math.abs(second['y'].data[0] - 2)).toBeLessThan(0.05);
  }
});
