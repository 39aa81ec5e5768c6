import { beforeAll, describe, expect, test } from 'vitest';
import { UnsupportedOpError } from '../../../src/errors.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { loadMoreOps } from '../../../src/ops/registry.ts';
import type { Program } from '../../../src/runtime/compile.ts';
import * as halves from '../../../src/runtime/halves.ts';
import { toFloat16Bits } from '../../../src/tensor/float16.ts';
import { compileWithin, type ImaginedLimits, largestBinding, pieceInputs } from '../../support/cut-program.ts';
import { GraphChain } from '../../support/graph-chain.ts';
import { runInMemory } from '../../support/memory-machine.ts';

const convolution = { strides: [1, 1], dilations: [1, 1], padding: [1, 1, 1, 1], groups: 1, activation: 'none' };
const plain = { activation: 'none' };

beforeAll(loadMoreOps);

function compiled(graph: Graph, limits: ImaginedLimits = {}): Program {
  return compileWithin(graph, limits, { fusion: false, halves });
}

/** dtypes of the activations that nodes make, in order. */
function stored({ graph }: Program): readonly string[] {
  return graph.nodes.flatMap(({ outputs }) => outputs.map((name) => graph.values[name].dtype));
}

function dispatches({ steps }: Program): readonly string[] {
  return steps.flatMap(({ node, dispatch }) => (dispatch === undefined ? [] : [node.op]));
}

/** x → convolution → relu → add of the convolution → sigmoid. */
function network(): GraphChain {
  const chain = new GraphChain('float32', [1, 6, 8, 5], 3);
  chain.add('conv2d', convolution, [chain.constant('float32', [7, 3, 3, 5]), chain.constant('float32', [7])]);
  chain.add('relu', { activation: 'relu' });
  chain.add('add', plain, ['conv2d0']);
  chain.add('sigmoid', {});
  return chain;
}

describe('float16 storage', () => {
  test('is for what lies between the layers, and for weights', () => {
    const chain = network();
    const program = compiled(chain.graph());
    expect(stored(program)).toEqual(['float16', 'float16', 'float16', 'float32']);
    const { values, constants } = program.graph;
    expect(values['x'].dtype).toBe('float32');
    expect([values['constant0'].dtype, values['constant1'].dtype]).toEqual(['float16', 'float32']);
    const weights = chain.graph().constants['constant0'].data;
    expect([...constants['constant0'].data]).toEqual(Array.from(weights, toFloat16Bits));
    runInMemory(program, { x: chain.input() });
  });

  test('launches the same kernels as float32, with fewer bytes', () => {
    const graph = network().graph();
    const whole = compileWithin(graph, {}, { fusion: false });
    const half = compiled(graph);
    expect(half.steps.map(({ kernel }) => kernel?.name)).toEqual(whole.steps.map(({ kernel }) => kernel?.name));
    // Two quads a pixel, 8 bytes less each, and a quad read and written: the relu.
    expect(whole.steps[1].dispatch!.cost.bytes - half.steps[1].dispatch!.cost.bytes).toBe(2 * 48 * 2 * 8);
    // Only one side of the last is stored so.
    expect(whole.steps[3].dispatch!.cost.bytes - half.steps[3].dispatch!.cost.bytes).toBe(48 * 2 * 8);
  });

  test('leaves weights that are beyond float16', () => {
    const chain = network();
    const graph = chain.graph();
    graph.constants['constant0'].data[5] = 65505;
    expect(compiled(graph).graph.values['constant0'].dtype).toBe('float32');
  });

  test('leaves weights that something else reads, too', () => {
    const graph = network().graph();
    const reader = { name: 'other', op: 'abs', attributes: {}, inputs: ['constant0'], outputs: ['other'] };
    const both = {
      ...graph,
      nodes: [...graph.nodes, reader],
      values: { ...graph.values, other: graph.values['constant0'] },
      outputs: [...graph.outputs, 'other'],
    };
    expect(compiled(both).graph.values['constant0'].dtype).toBe('float32');
  });

  test('leaves scales, and the ranges they are made of, in float32', () => {
    const chain = new GraphChain('float32', [1, 4, 64], 3);
    chain.add('abs', {});
    chain.add('min-max', { leading: 1, parts: 1 });
    chain.add('dynamic-scale', { isSymmetric: false });
    chain.add('neg', {});
    expect(stored(compiled(chain.graph()))).toEqual(['float16', 'float32', 'float32', 'float32']);
  });

  test('leaves 8-bit graphs as they are', () => {
    const chain = new GraphChain('int8', [1, 6, 8, 5], 3);
    chain.add('relu', { activation: 'relu' });
    chain.add('add', plain, ['x']);
    const graph = chain.graph();
    expect(compiled(graph).graph).toEqual(compileWithin(graph, {}, { fusion: false }).graph);
  });

  test('gives values in the same memory one type, so that no launch is added', () => {
    const chain = new GraphChain('float32', [2, 16, 8], 3);
    chain.add('sigmoid', {});
    chain.add('reshape', { shape: [4, 64] });
    chain.add('tanh', {});
    chain.add('reshape', { shape: [256] });
    const program = compiled(chain.graph());
    expect(stored(program)).toEqual(['float16', 'float16', 'float32', 'float32']);
    expect(dispatches(program)).toEqual(['sigmoid', 'tanh']);
    runInMemory(program, { x: chain.input() });
  });

  // Bindings begin at multiples of 256 bytes, which are 16 quads of float32 or 32 of float16.
  test.each([
    [64, 'float32'],
    [128, 'float16'],
  ])('of values that a concat joins, after %i elements: %s', (length, dtype) => {
    const chain = new GraphChain('float32', [1, length], 3);
    chain.node('sigmoid', {}, ['x']);
    chain.node('tanh', {}, ['x']);
    chain.node('concat', { axis: 0, activation: 'none' }, ['sigmoid0', 'tanh1']);
    chain.add('abs', {});
    const program = compiled(chain.graph());
    expect(stored(program)).toEqual([dtype, dtype, dtype, 'float32']);
    expect(dispatches(program)).toEqual(['sigmoid', 'tanh', 'abs']);
    runInMemory(program, { x: chain.input() });
  });

  test('fits more into a binding, and is cut where it is still too large', () => {
    const chain = new GraphChain('float32', [16, 16, 4], 3);
    chain.add('sigmoid', {});
    chain.add('tanh', {});
    chain.add('slice', { begin: [0, 0, 0], size: [4, 16, 4], strides: [1, 1, 1] });
    chain.add('abs', {});
    const graph = chain.graph();
    const program = compiled(graph, { maxStorageBufferBindingSize: 1024 });
    expect(program.pieces.get('tanh1')?.length).toBe(2);
    expect(largestBinding(program)).toBeLessThanOrEqual(1024);
    runInMemory(program, pieceInputs(program.graph, chain.input()));
  });

  test('has to be asked for', () => {
    const graph = network().graph();
    const half = { ...graph.values['sigmoid3'], dtype: 'float16' as const };
    const odd = { ...graph, values: { ...graph.values, sigmoid3: half } };
    expect(() => compileWithin(odd, {})).toThrow(UnsupportedOpError);
    expect(stored(compiled(odd)).at(-1)).toBe('float16');
  });
});
