import { expect, test } from 'vitest';
import { openDevice } from '../../src/gpu/open-device.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { createSession } from '../../src/runtime/session.ts';
import { perTensor, roundTiesEven } from '../../src/tensor/quantization.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import type { Tensor, TensorType } from '../../src/tensor/tensor.ts';

// The least that WebGPU grants: bindings of 128 MiB. All scales are powers of two, so codes follow from sums by hand.
const binding = 2 ** 27;

function codes(shape: readonly number[], scale: number): TensorType {
  return { dtype: 'int8', shape, quantization: perTensor(scale) };
}

/** Numbers without a short period, quick to make many of. */
function filled(type: TensorType, bound: number): Tensor {
  const data = new Int8Array(elementCount(type.shape));
  for (let i = 0, state = 1; i < data.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    data[i] = ((state >>> 16) % (2 * bound + 1)) - bound;
  }
  return { ...type, data };
}

/** The code of a sum whose unit is 2^−shift of the output's. */
function codeOf(sum: number, shift: number): number {
  return Math.min(Math.max(roundTiesEven(sum / 2 ** shift), -128), 127);
}

test('a dense layer whose weights exceed a binding', async () => {
  const [inputs, outputs] = [12288, 11000];
  const weights = filled(codes([outputs, inputs], 2 ** -7), 20);
  expect(weights.data.byteLength).toBeGreaterThan(binding);
  const x = filled(codes([1, inputs], 2 ** -4), 100);
  const graph: Graph = {
    name: 'dense',
    nodes: [{ name: 'y', op: 'matmul', attributes: { activation: 'none' }, inputs: ['x', 'w'], outputs: ['y'] }],
    values: { x, w: weights, y: codes([1, outputs], 2 ** 1) },
    constants: { w: weights },
    inputs: ['x'],
    outputs: ['y'],
    metadata: {},
  };
  using device = await openDevice({ limits: 'default', engine: 'scalar' });
  expect(device.capabilities.limits['maxStorageBufferBindingSize']).toBe(binding);
  using session = await createSession(device, graph);
  expect(session.inspect().map(({ op, shape }) => [op, shape])).toEqual([
    ['matmul', [1, 5500]],
    ['matmul', [1, 5500]],
  ]);
  const { y } = await session.run({ x });
  const expected = new Int8Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += x.data[i] * weights.data[o * inputs + i];
    expected[o] = codeOf(sum, 12);
  }
  expect(new Set(expected).size, 'different codes').toBeGreaterThan(100);
  expect(y.data).toEqual(expected);
});

test('an activation that exceeds a binding', async () => {
  const size = 1024;
  const channels = 144;
  const window = 8;
  const pooled = size / window;
  const wide = codes([1, size, size, channels], 2 ** 0);
  expect(elementCount(wide.shape)).toBeGreaterThan(binding);
  const weights = filled(codes([channels, 1, 1, 4], 2 ** -6), 100);
  const x = filled(codes([1, size, size, 4], 2 ** -1), 127);
  const attributes = { strides: [1, 1], dilations: [1, 1], padding: [0, 0, 0, 0], groups: 1, activation: 'none' };
  const pool = { size: [window, window], strides: [window, window], padding: [0, 0, 0, 0], activation: 'none' };
  const graph: Graph = {
    name: 'wide',
    nodes: [
      { name: 'wide', op: 'conv2d', attributes, inputs: ['x', 'w'], outputs: ['wide'] },
      { name: 'y', op: 'max-pool2d', attributes: pool, inputs: ['wide'], outputs: ['y'] },
    ],
    values: { x, w: weights, wide, y: { ...wide, shape: [1, pooled, pooled, channels] } },
    constants: { w: weights },
    inputs: ['x'],
    outputs: ['y'],
    metadata: {},
  };
  using device = await openDevice({ limits: 'default', engine: 'scalar' });
  using session = await createSession(device, graph);
  expect(session.inspect().filter(({ op }) => op === 'conv2d')).toHaveLength(2);
  const { y } = await session.run({ x });
  // The rows on both sides of the cut, and the outermost ones.
  for (const row of [0, pooled / 2 - 1, pooled / 2, pooled - 1]) {
    const expected = new Int8Array(pooled * channels).fill(-128);
    for (let py = row * window; py < (row + 1) * window; py++) {
      for (let px = 0; px < size; px++) {
        const [a, b, c, d] = x.data.subarray((py * size + px) * 4, (py * size + px) * 4 + 4);
        for (let o = 0; o < channels; o++) {
          const w = o * 4;
          const sum = a * weights.data[w] + b * weights.data[w + 1] + c * weights.data[w + 2] + d * weights.data[w + 3];
          const at = Math.floor(px / window) * channels + o;
          expected[at] = Math.max(expected[at], codeOf(sum, 7));
        }
      }
    }
    const length = pooled * channels;
    expect(y.data.subarray(row * length, (row + 1) * length), `row ${row}`).toEqual(expected);
  }
});
