import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../../src/errors.ts';
import { foldConstants } from '../../../src/graph/fold-constants.ts';
import { fuse } from '../../../src/graph/fuse.ts';
import type { Graph, GraphNode } from '../../../src/graph/graph.ts';
import { lowerUnsigned } from '../../../src/graph/lower-unsigned.ts';
import { propagateShapes, withBatch } from '../../../src/graph/propagate-shapes.ts';
import { add } from '../../../src/layers/combine.ts';
import { conv2d } from '../../../src/layers/convolution.ts';
import { relu } from '../../../src/layers/activation.ts';
import { flatten, pad } from '../../../src/layers/arrange.ts';
import { model } from '../../../src/layers/model.ts';
import { input } from '../../../src/layers/value.ts';
import { inspectGraph } from '../../../src/runtime/inspect-graph.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import { createRandom } from '../../../src/tensor/random.ts';
import type { Tensor, TensorType } from '../../../src/tensor/tensor.ts';

/** A residual block with a pad of its own: what fusion is for. */
function block(): Graph {
  const x = input('x', [1, 5, 5, 4]);
  const main = conv2d({ name: 'main', filters: 4, size: 3, padding: 'valid' })(
    pad({
      name: 'border',
      padding: [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ],
    })(x),
  );
  const y = flatten({ name: 'flat' })(relu({ name: 'positive' })(add({ name: 'sum' })(main, x)));
  return model({ inputs: [x], outputs: { y } });
}

function sample(shape: readonly number[]): Tensor {
  const random = createRandom(3);
  const length = shape.reduce((product, size) => product * size, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length }, () => random.uniform(-1, 1)) };
}

describe('fuse', () => {
  test('merges pad, convolution, residual add and activation into one node, and keeps what the graph computes', () => {
    const graph = block();
    const fused = fuse(graph);
    expect(fused.nodes.map(({ op }) => op)).toEqual(['conv2d', 'reshape']);
    const x = sample([1, 5, 5, 4]);
    expect(runReference(fused, { x }).get('y')!.data).toEqual(runReference(graph, { x }).get('y')!.data);
    expect(graph.nodes, 'the input is untouched').toHaveLength(5);
  });

  test('keeps a value that is an output or has another reader', () => {
    const graph = block();
    const exposed = { ...graph, outputs: [...graph.outputs, graph.nodes.find(({ op }) => op === 'add')!.outputs[0]] };
    expect(fuse(exposed).nodes.map(({ op }) => op)).toEqual(['conv2d', 'relu', 'reshape']);
  });
});

test('fuse takes a long chain in a time that grows with its length', () => {
  const count = 4000;
  const type = { dtype: 'float32', shape: [1, 4] } as const;
  const values: Record<string, TensorType> = { h0: type, w: { dtype: 'float32', shape: [4, 4] } };
  const nodes = Array.from({ length: count }, (_, index) => {
    const [x, h, y] = [`h${index}`, `dense${index}`, `h${index + 1}`];
    values[h] = values[y] = type;
    return [
      { name: h, op: 'matmul', attributes: { activation: 'none' }, inputs: [x, 'w'], outputs: [h] },
      { name: y, op: 'relu', attributes: { activation: 'relu' }, inputs: [h], outputs: [y] },
    ];
  }).flat();
  const constants = { w: { dtype: 'float32', shape: [4, 4], data: new Float32Array(16) } } as const;
  const inputs = ['h0'];
  const start = performance.now();
  const fused = fuse({ name: 'chain', nodes, values, constants, inputs, outputs: [`h${count}`], metadata: {} });
  expect(fused.nodes).toHaveLength(count);
  // Under a second; a look at all nodes for each merge takes half a minute.
  expect(performance.now() - start).toBeLessThan(20_000);
});

describe('withBatch and propagateShapes', () => {
  test('change every shape that follows, reshapes included', () => {
    const graph = withBatch(block(), 3);
    expect(graph.values[graph.outputs[0]].shape).toEqual([3, 100]);
    const x = sample([3, 5, 5, 4]);
    const y = runReference(graph, { x }).get('y')!;
    expect(y.shape).toEqual([3, 100]);
  });

  test('refuse what does not fit', () => {
    expect(() => withBatch(block(), 0)).toThrow(ShapeError);
    expect(() => withBatch({ ...block(), inputs: [] }, 2)).toThrow(/has no input, and so no batch/);
    expect(() => propagateShapes(block(), { z: [1] })).toThrow(/no input "z"/);
    expect(() => propagateShapes(block(), { x: [1, 5, 5, 8] })).toThrow(ShapeError);
  });
});

describe('foldConstants', () => {
  test('computes what depends on constants only, and drops what nothing reads', () => {
    const type = { dtype: 'float32', shape: [2] } as const;
    const graph: Graph = {
      name: 'folding',
      nodes: [
        { name: 'a', op: 'relu', attributes: { activation: 'relu' }, inputs: ['c'], outputs: ['a'] },
        { name: 'unread', op: 'sigmoid', attributes: {}, inputs: ['x'], outputs: ['unread'] },
        { name: 'y', op: 'add', attributes: { activation: 'none' }, inputs: ['x', 'a'], outputs: ['y'] },
      ],
      values: { x: type, c: type, a: type, unread: type, y: type },
      constants: { c: { ...type, data: Float32Array.of(-1, 2) } },
      inputs: ['x'],
      outputs: ['y'],
      metadata: {},
    };
    const folded = foldConstants(graph, 'float');
    expect(folded.nodes.map(({ name }) => name)).toEqual(['y']);
    expect(folded.constants['a'].data).toEqual(Float32Array.of(0, 2));
    expect(Object.keys(folded.values).sort()).toEqual(['a', 'x', 'y']);
  });
});

describe('foldConstants stays within what the file brings', () => {
  /** x + a constant of `own` elements padded to each of the widths. */
  function padded(own: number, widths: readonly number[]): Graph {
    const values: Record<string, TensorType> = {
      x: { dtype: 'float32', shape: [1] },
      c: { dtype: 'float32', shape: [own] },
    };
    const nodes = widths.flatMap((width, index) => {
      values[`pad${index}`] = { dtype: 'float32', shape: [width] };
      values[`y${index}`] = { dtype: 'float32', shape: [width] };
      const attributes = { padding: [[0, width - own]], value: 0 };
      return [
        { name: `pad${index}`, op: 'pad', attributes, inputs: ['c'], outputs: [`pad${index}`] },
        {
          name: `y${index}`,
          op: 'add',
          attributes: { activation: 'none' },
          inputs: ['x', `pad${index}`],
          outputs: [`y${index}`],
        },
      ];
    });
    return {
      name: 'padded',
      nodes,
      values,
      constants: { c: { dtype: 'float32', shape: [own], data: new Float32Array(own) } },
      inputs: ['x'],
      outputs: widths.map((_, index) => `y${index}`),
      metadata: {},
    };
  }
  const pads = (graph: Graph): readonly string[] =>
    foldConstants(graph, 'float').nodes.flatMap(({ op, name }) => (op === 'pad' ? [name] : []));

  test('a constant beyond any host array stays a node of the device', () => {
    expect(pads(padded(1, [2 ** 33]))).toEqual(['pad0']);
    expect(inspectGraph(padded(1, [2 ** 24])).layers.map(({ op }) => op)).toEqual(['pad', 'add']);
  });

  test('products and windows, whose references take long, are left to the device', () => {
    const image: TensorType = { dtype: 'float32', shape: [1, 300, 300, 1] };
    const weights: TensorType = { dtype: 'float32', shape: [1, 1, 1, 1] };
    const one: TensorType = { dtype: 'float32', shape: [1] };
    const size = [300, 300];
    const attributes = { size, strides: [1, 1], padding: [150, 150, 149, 149], activation: 'none' };
    const window = { strides: [1, 1], dilations: [1, 1], padding: [0, 0, 0, 0], groups: 1, activation: 'none' };
    const graph: Graph = {
      name: 'heavy',
      nodes: [
        { name: 'pool', op: 'max-pool2d', attributes, inputs: ['c'], outputs: ['pool'] },
        { name: 'conv', op: 'conv2d', attributes: window, inputs: ['pool', 'w'], outputs: ['conv'] },
        { name: 'y', op: 'add', attributes: { activation: 'none' }, inputs: ['conv', 'x'], outputs: ['y'] },
      ],
      values: { x: one, c: image, w: weights, pool: image, conv: image, y: image },
      constants: {
        c: { ...image, data: new Float32Array(90_000) },
        w: { ...weights, data: new Float32Array(1) },
      },
      inputs: ['x'],
      outputs: ['y'],
      metadata: {},
    };
    expect(inspectGraph(graph).layers.map(({ op }) => op)).toEqual(['max-pool2d', 'conv2d', 'add']);
  });

  /** So many means of one constant of 40,000 bytes, each of them added to x. */
  function means(count: number, outputs: readonly string[]): Graph {
    const one: TensorType = { dtype: 'float32', shape: [1] };
    const values: Record<string, TensorType> = { x: one, c: { dtype: 'float32', shape: [10_000] } };
    const nodes: GraphNode[] = [];
    for (let index = 0; index < count; index++) {
      const [mean, y] = [`mean${index}`, `y${index}`];
      values[mean] = values[y] = one;
      nodes.push(
        { name: mean, op: 'mean', attributes: { axes: [0], keepDims: true }, inputs: ['c'], outputs: [mean] },
        { name: y, op: 'add', attributes: { activation: 'none' }, inputs: ['x', mean], outputs: [y] },
      );
    }
    const constants = { c: { ...values['c'], data: new Float32Array(10_000).fill(3) } };
    return { name: 'means', nodes, values, constants, inputs: ['x'], outputs, metadata: {} };
  }
  const folded = (graph: Graph): readonly string[] =>
    Object.keys(foldConstants(graph, 'float').constants).filter((name) => name !== 'c');

  test('what nothing reads takes nothing of that, whose turn would come first', () => {
    expect(folded(means(50, ['y49']))).toEqual(['mean49']);
  });

  test('one constant is read a few times only, however little comes of it', () => {
    const outputs = Array.from({ length: 50 }, (_, index) => `y${index}`);
    expect(folded(means(50, outputs))).toEqual(Array.from({ length: 9 }, (_, index) => `mean${index}`));
  });

  test('64 KiB are folded whatever the size of the file, all nodes together', () => {
    expect(pads(padded(1, [2 ** 14]))).toEqual([]);
    expect(pads(padded(1, [2 ** 13, 2 ** 13, 1]))).toEqual(['pad2']);
  });

  test('nine times the own constants are folded', () => {
    expect(pads(padded(2 ** 14, [9 * 2 ** 14]))).toEqual([]);
    expect(pads(padded(2 ** 14, [9 * 2 ** 14 + 1]))).toEqual(['pad0']);
  });
});

describe('lowerUnsigned', () => {
  test('shifts codes and zero points by 128 and leaves the real numbers alone', () => {
    const quantization = { scales: [0.5], zeroPoints: [100] };
    const type = { dtype: 'uint8', shape: [2], quantization } as const;
    const graph: Graph = {
      name: 'unsigned',
      nodes: [{ name: 'y', op: 'add', attributes: { activation: 'none' }, inputs: ['x', 'c'], outputs: ['y'] }],
      values: { x: type, c: type, y: type },
      constants: { c: { ...type, data: Uint8Array.of(0, 255) } },
      inputs: ['x'],
      outputs: ['y'],
      metadata: {},
    };
    const lowered = lowerUnsigned(graph);
    expect(lowered.values['x']).toEqual({
      dtype: 'int8',
      shape: [2],
      quantization: { scales: [0.5], zeroPoints: [-28] },
    });
    expect(lowered.constants['c'].data).toEqual(Int8Array.of(-128, 127));
    const run = (of: Graph, data: Tensor['data']) =>
      runReference(of, { x: { ...of.values['x'], data } }).get('y')!.data;
    expect([...run(lowered, Int8Array.of(-8, 72))].map((code) => code + 128)).toEqual([
      ...run(graph, Uint8Array.of(120, 200)),
    ]);
  });

  test('constants that share an array still do', () => {
    const type = { dtype: 'uint8', shape: [3] } as const;
    const constant = { ...type, data: Uint8Array.of(1, 2, 3) };
    const constants = { c: constant, d: { ...constant, shape: [1, 3] } };
    const values = { c: type, d: { ...type, shape: [1, 3] } };
    const graph = { name: 'g', nodes: [], values, constants, inputs: [], outputs: ['c', 'd'], metadata: {} };
    const lowered = lowerUnsigned(graph);
    expect(lowered.constants['c'].data).toEqual(Int8Array.of(-127, -126, -125));
    expect(lowered.constants['d'].data).toBe(lowered.constants['c'].data);
  });
});
