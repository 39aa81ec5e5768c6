import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../../src/errors.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import type { Program } from '../../../src/runtime/compile.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import { compileWithin, type ImaginedLimits, largestBinding, runPieces } from '../../support/cut-program.ts';
import { GraphChain } from '../../support/graph-chain.ts';

const convolution = { strides: [1, 1], dilations: [1, 1], padding: [1, 1, 1, 1], groups: 1, activation: 'none' };

/** Adds a 3×3 convolution that keeps height and width. */
function convolve(chain: GraphChain, outputs: number, groups = 1): void {
  const { dtype, shape } = chain.type();
  const weights = chain.constant(dtype, [outputs, 3, 3, shape[3] / groups], 0);
  const bias = chain.constant(dtype === 'int8' ? 'int32' : 'float32', [outputs]);
  chain.add('conv2d', { ...convolution, groups }, [weights, bias]);
}

function bindingOf(bytes: number): ImaginedLimits {
  return { maxStorageBufferBindingSize: bytes };
}

function shapesOf({ graph }: Program, op: string): readonly (readonly number[])[] {
  return graph.nodes.filter((node) => node.op === op).map((node) => graph.values[node.outputs[0]].shape);
}

/** The program computes what the references make of the graph as it was. */
function expectSame(program: Program, chain: GraphChain, graph: Graph = chain.graph()): void {
  const x = chain.input();
  const expected = runReference(graph, { x });
  expect(runPieces(program, graph, x)).toEqual(graph.outputs.map((name) => expected.get(name)!.data));
}

function complaintOf(graph: Graph, limits: ImaginedLimits): string {
  try {
    compileWithin(graph, limits);
  } catch (error) {
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as DeviceError).reason).toBe('limit');
    return (error as DeviceError).message;
  }
  return 'it fits';
}

describe('values', () => {
  test('what fits is left alone', () => {
    const chain = new GraphChain('float32', [1, 8, 4, 4], 1);
    convolve(chain, 4);
    const limit = largestBinding(compileWithin(chain.graph(), {}));
    const program = compileWithin(chain.graph(), bindingOf(limit));
    expect(program.pieces.size).toBe(0);
    expect(program.graph.nodes).toEqual(chain.graph().nodes);
  });

  test('are cut along rows when there is one image, with the rows that a window reaches', () => {
    const chain = new GraphChain('int8', [1, 9, 16, 8], 1);
    convolve(chain, 8);
    // A row is 128 bytes. Four rows fit, but each output reads two more than it has.
    const program = compileWithin(chain.graph(), bindingOf(640));
    expect(shapesOf(program, 'conv2d')).toEqual([
      [1, 3, 16, 8],
      [1, 3, 16, 8],
      [1, 3, 16, 8],
    ]);
    expect(program.pieces.get('x')).toEqual(['x/part-0', 'x/part-1']);
    expect(program.pieces.get('conv2d0')).toHaveLength(3);
    expect(program.graph.outputs).toEqual(program.pieces.get('conv2d0'));
    expectSame(program, chain);
  });

  test('are cut along the batch first, and each image along its rows where that is not enough', () => {
    const chain = new GraphChain('float32', [3, 6, 2, 4], 1);
    chain.add('sigmoid', {});
    // An image is 192 bytes.
    const byImage = compileWithin(chain.graph(), bindingOf(400));
    expect(shapesOf(byImage, 'sigmoid')).toEqual([
      [2, 6, 2, 4],
      [1, 6, 2, 4],
    ]);
    expectSame(byImage, chain);
    const byRow = compileWithin(chain.graph(), bindingOf(100));
    expect(shapesOf(byRow, 'sigmoid')).toEqual(Array.from({ length: 6 }, () => [1, 3, 2, 4]));
    expectSame(byRow, chain);
  });

  test('are cut along the channels, in quads, when there is nothing else', () => {
    const chain = new GraphChain('int8', [1, 50], 1);
    chain.add('relu', { activation: 'relu' });
    const program = compileWithin(chain.graph(), bindingOf(20));
    expect(shapesOf(program, 'relu')).toEqual([
      [1, 20],
      [1, 20],
      [1, 10],
    ]);
    expectSame(program, chain);
  });

  test('are not copied where a node reads exactly a piece', () => {
    const chain = new GraphChain('float32', [4, 5, 5, 4], 1);
    chain.add('sigmoid', {});
    chain.add('add', { activation: 'relu' }, ['x']);
    chain.add('softmax', { beta: 1 });
    const program = compileWithin(chain.graph(), bindingOf(800));
    expect([...new Set(program.graph.nodes.map(({ op }) => op))]).toEqual(['sigmoid', 'add', 'softmax']);
    expectSame(program, chain);
  });

  test('are copied once for all who read the same', () => {
    const chain = new GraphChain('float32', [1, 8, 4, 4], 1);
    chain.add('sigmoid', {});
    const read = chain.current;
    chain.add('max-pool2d', { size: [3, 1], strides: [1, 1], padding: [1, 0, 1, 0], activation: 'none' });
    const first = chain.current;
    chain.current = read;
    chain.add('average-pool2d', { size: [3, 1], strides: [1, 1], padding: [1, 0, 1, 0], activation: 'none' });
    const program = compileWithin(chain.graph([first, chain.current]), bindingOf(320));
    expect(shapesOf(program, 'max-pool2d')).toHaveLength(2);
    expect(shapesOf(program, 'concat')).toEqual([
      [1, 5, 4, 4],
      [1, 5, 4, 4],
    ]);
    expect(shapesOf(program, 'slice')).toEqual([
      [1, 1, 4, 4],
      [1, 1, 4, 4],
    ]);
    expectSame(program, chain, chain.graph([first, chain.current]));
  });

  test('that are read whole come together again where they fit', () => {
    const chain = new GraphChain('float32', [1, 8, 8, 4], 1);
    chain.add('max-pool2d', { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0], activation: 'none' });
    chain.add('mean', { axes: [1, 2], keepDims: false });
    const program = compileWithin(chain.graph(), bindingOf(512));
    expect(shapesOf(program, 'max-pool2d')).toEqual([
      [1, 2, 4, 4],
      [1, 2, 4, 4],
    ]);
    expect(shapesOf(program, 'mean')).toEqual([[1, 4]]);
    expectSame(program, chain);
  });

  test('may hold padding alone', () => {
    for (const dtype of ['int8', 'float32'] as const) {
      const chain = new GraphChain(dtype, [1, 3, 10, 4], 1);
      chain.add('pad', {
        padding: [
          [0, 0],
          [5, 4],
          [0, 0],
          [0, 0],
        ],
        value: 0.3,
      });
      const weights = chain.constant(dtype, [4, 1, 1, 4], 0);
      chain.add('conv2d', { ...convolution, padding: [4, 0, 5, 0] }, [weights]);
      const program = compileWithin(chain.graph(), bindingOf(dtype === 'int8' ? 80 : 320));
      expect(shapesOf(program, 'conv2d').length).toBeGreaterThan(6);
      expectSame(program, chain);
    }
  });

  test('a slice reads of a large value what it takes', () => {
    const chain = new GraphChain('float32', [8, 4, 4, 4], 1);
    chain.add('slice', { begin: [5, 0, 1, 0], size: [1, 4, 2, 4], strides: [1, 1, 2, 1] });
    const program = compileWithin(chain.graph(), bindingOf(256));
    expect(shapesOf(program, 'slice')).toEqual([
      [1, 4, 3, 4],
      [1, 4, 2, 4],
    ]);
    expectSame(program, chain);
  });

  test('constants that are outputs, and inputs that nothing reads', () => {
    const chain = new GraphChain('float32', [4, 4], 1);
    const constant = chain.constant('float32', [6, 4]);
    const graph = chain.graph([constant, 'x']);
    const program = compileWithin(graph, bindingOf(48));
    expect(program.pieces.get(constant)).toHaveLength(2);
    expectSame(program, chain, graph);
  });
});

describe('constants', () => {
  test('weights are cut along output channels, and the outputs joined', () => {
    const chain = new GraphChain('int8', [1, 4, 4, 8], 1);
    convolve(chain, 24);
    chain.add('relu', { activation: 'relu' });
    // 72 bytes a channel.
    const program = compileWithin(chain.graph(), bindingOf(800));
    expect(shapesOf(program, 'conv2d')).toEqual([
      [1, 4, 4, 8],
      [1, 4, 4, 8],
      [1, 4, 4, 8],
    ]);
    expect(shapesOf(program, 'concat')).toEqual([[1, 4, 4, 24]]);
    expect(program.pieces.size).toBe(0);
    expect(program.graph.nodes.at(-1)).toMatchObject({ name: 'conv2d0', op: 'concat', outputs: ['relu1'] });
    const weights = program.graph.nodes.find(({ op }) => op === 'conv2d')!.inputs[1];
    expect(program.graph.values[weights].quantization!.scales).toHaveLength(8);
    expectSame(program, chain);
  });

  test('rows are cut first where the output is too large as well, and share the weights', () => {
    const chain = new GraphChain('float32', [1, 6, 8, 4], 1);
    convolve(chain, 16);
    const program = compileWithin(chain.graph(), bindingOf(1600));
    const parts = program.graph.nodes.filter(({ op }) => op === 'conv2d');
    expect(program.pieces.get('conv2d0')).toHaveLength(2);
    expect(parts).toHaveLength(4);
    expect(new Set(parts.map(({ inputs }) => inputs[1])).size).toBe(2);
    expectSame(program, chain);
  });

  test('of groups, whole groups are taken, with their own inputs', () => {
    const chain = new GraphChain('float32', [1, 3, 3, 8], 1);
    convolve(chain, 16, 4);
    const program = compileWithin(chain.graph(), bindingOf(1200));
    const parts = program.graph.nodes.filter(({ op }) => op === 'conv2d');
    expect(parts.map(({ attributes }) => (attributes as { groups: number }).groups)).toEqual([2, 2]);
    expect(shapesOf(program, 'slice')).toEqual([
      [1, 3, 3, 4],
      [1, 3, 3, 4],
    ]);
    expectSame(program, chain);
  });

  test('a fused residual is cut like the output', () => {
    const chain = new GraphChain('int8', [1, 4, 4, 16], 1);
    convolve(chain, 16);
    chain.add('add', { activation: 'none' }, ['x']);
    const program = compileWithin(chain.graph(), bindingOf(1200));
    const parts = program.graph.nodes.filter(({ op }) => op === 'conv2d');
    expect(parts).toHaveLength(2);
    for (const { inputs } of parts) expect(program.graph.values[inputs[3]].shape).toEqual([1, 4, 4, 8]);
    expectSame(program, chain);
  });

  test('depthwise weights take their channels along', () => {
    for (const multiplier of [1, 2]) {
      const chain = new GraphChain('int8', [1, 2, 2, 64], 1);
      const weights = chain.constant('int8', [1, 3, 3, 64 * multiplier], 3);
      chain.add('depthwise-conv2d', convolution, [weights]);
      const program = compileWithin(chain.graph(), bindingOf(600));
      expect(shapesOf(program, 'depthwise-conv2d').length).toBeGreaterThan(1);
      expectSame(program, chain);
    }
  });

  test('a dense layer keeps its parts where nobody needs them joined', () => {
    const chain = new GraphChain('float32', [1, 20], 1);
    const weights = chain.constant('float32', [32, 20], 0);
    chain.add('matmul', { activation: 'relu' }, [weights]);
    chain.add('sigmoid', {});
    const program = compileWithin(chain.graph(), bindingOf(1000));
    expect(shapesOf(program, 'matmul')).toEqual([
      [1, 12],
      [1, 12],
      [1, 8],
    ]);
    expectSame(program, chain);
  });

  test('one that is added is read in part', () => {
    const chain = new GraphChain('float32', [1, 4, 4, 4], 1);
    chain.add('add', { activation: 'none' }, [chain.constant('float32', [4, 4, 4])]);
    const program = compileWithin(chain.graph(), bindingOf(128));
    expect(shapesOf(program, 'add')).toEqual([
      [1, 2, 4, 4],
      [1, 2, 4, 4],
    ]);
    expectSame(program, chain);
  });
});

test('launches of too many workgroups', () => {
  const chain = new GraphChain('float32', [1, 16, 16, 4], 1);
  chain.add('sigmoid', {});
  const program = compileWithin(chain.graph(), { maxComputeWorkgroupsPerDimension: 3 });
  expect(shapesOf(program, 'sigmoid')).toHaveLength(2);
  expectSame(program, chain);
});

describe('what cannot be cut', () => {
  test('is listed as a whole: what, where, how much too much, and the fix', () => {
    const chain = new GraphChain('float32', [2, 40], 1);
    chain.add('softmax', { beta: 1 });
    chain.add('matmul', { activation: 'none' }, [chain.constant('float32', [3, 40], 0)]);
    const complaint = complaintOf(chain.graph(), bindingOf(128));
    expect(complaint.split('\n')).toEqual([
      'graph "chain" does not fit this device:',
      '  value "softmax0": 160 bytes, 32 more than maxStorageBufferBindingSize (128) to compute float32 [1, 40] of softmax "softmax0". Use a smaller batch, input or model.',
      '  value "x": 160 bytes, 32 more than maxStorageBufferBindingSize (128) to compute float32 [1, 40] of softmax "softmax0". Use a smaller batch, input or model.',
      '  value "softmax0": 160 bytes, 32 more than maxStorageBufferBindingSize (128) to compute float32 [1, 3] of matmul "matmul1". Use a smaller batch, input or model.',
    ]);
    expect(complaintOf(chain.graph(), bindingOf(160)).split('\n').slice(1)).toEqual([
      '  constant "weights": 640 bytes, 480 more than maxStorageBufferBindingSize (160) to compute float32 [1, 3] of matmul "matmul1". Use int8 weights, or a layer with fewer inputs.',
    ]);
  });

  test('inputs and outputs travel in one buffer', () => {
    const chain = new GraphChain('float32', [8, 8], 1);
    chain.add('sigmoid', {});
    const both = chain.graph(['sigmoid0', 'x']);
    const limits = { maxStorageBufferBindingSize: 128 };
    expect(complaintOf(both, { ...limits, maxBufferSize: 512 })).toBe('it fits');
    expect(complaintOf(both, { ...limits, maxBufferSize: 511 })).toMatch(
      /outputs together: 512 bytes, 1 more than max/,
    );
    expect(complaintOf(chain.graph(), { ...limits, maxBufferSize: 200 })).toMatch(
      /input "x" \[8, 8\]: 256 bytes, 56 more than maxBufferSize \(200\)[^]*output "sigmoid0" \[8, 8\]: 256 bytes/,
    );
  });

  test('windows that no device has end soon', () => {
    const chain = new GraphChain('float32', [1, 46_340, 46_340, 1], 1);
    const window = { size: [65_536, 65_536], strides: [1, 1], padding: [32_767, 32_767, 32_768, 32_768] };
    for (let i = 0; i < 20; i++) chain.add('average-pool2d', { ...window, activation: 'none' });
    const start = performance.now();
    const complaint = complaintOf(chain.graph(), bindingOf(2 ** 27));
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(complaint.split('\n').length).toBeGreaterThan(20);
  });

  test('sizes that no device has end soon', () => {
    for (const bindingBytes of [2 ** 27, 2 ** 20, 64]) {
      const chain = new GraphChain('float32', [1, 1], 1);
      const rows = 2 ** 30;
      chain.add('pad', {
        padding: [
          [0, rows - 1],
          [0, 0],
        ],
        value: 1,
      });
      for (let i = 0; i < 60; i++) chain.add('softmax', { beta: 1 });
      chain.add('mean', { axes: [0], keepDims: false });
      const start = performance.now();
      const complaint = complaintOf(chain.graph(), bindingOf(bindingBytes));
      expect(performance.now() - start).toBeLessThan(5000);
      expect(complaint).toMatch(/value "softmax60": 17179869184 bytes, \d+ more than .* of mean "mean61"/);
    }
  });
});
