import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import type { Program } from '../../../src/runtime/compile.ts';
import { compileWithin } from '../../support/cut-program.ts';
import { GraphChain } from '../../support/graph-chain.ts';
import { runInMemory } from '../../support/memory-machine.ts';

// Every index of the first axis is 256 bytes: as much as bindings are aligned to.
const row = [16, 4];

function chainOf(length: number): GraphChain {
  return new GraphChain('float32', [length, ...row], 5);
}

function compiled(graph: Graph): Program {
  return compileWithin(graph, {}, { fusion: false });
}

function dispatches({ steps }: Program): readonly string[] {
  return steps.flatMap(({ node, dispatch }) => (dispatch === undefined ? [] : [node.op]));
}

/** What a graph launches; that it computes the right thing where its values lie is checked on the way. */
function launched(chain: GraphChain, outputs?: readonly string[]): readonly string[] {
  const program = compiled(chain.graph(outputs));
  runInMemory(program, { x: chain.input() });
  return dispatches(program);
}

const all = [0, 0, 0];
const slice = (begin: number, count: number, stride = 1) => ({
  begin: [begin, ...all.slice(1)],
  size: [count, ...row],
  strides: [stride, 1, 1],
});
const join = { axis: 0, activation: 'none' };

describe('values that lie in others', () => {
  test('pieces of an input, and pieces of those, are where it is', () => {
    const chain = chainOf(6);
    chain.node('slice', slice(1, 4), ['x']);
    chain.node('slice', slice(1, 2), [chain.current]);
    chain.add('sigmoid', {});
    expect(launched(chain)).toEqual(['sigmoid']);
    expect(compiled(chain.graph()).views).toEqual(
      new Map([
        ['slice0', { root: 'x', offset: 256 }],
        ['slice1', { root: 'x', offset: 512 }],
      ]),
    );
  });

  test('what is joined is written where it belongs', () => {
    const chain = chainOf(3);
    chain.node('sigmoid', {}, ['x']);
    chain.node('tanh', {}, ['x']);
    chain.node('concat', join, ['sigmoid0', 'tanh1']);
    chain.add('abs', {});
    expect(launched(chain)).toEqual(['sigmoid', 'tanh', 'abs']);
    expect(compiled(chain.graph()).views).toEqual(
      new Map([
        ['sigmoid0', { root: 'concat2', offset: 0 }],
        ['tanh1', { root: 'concat2', offset: 768 }],
      ]),
    );
  });

  test('joined, split, joined again in another order', () => {
    const chain = chainOf(2);
    chain.node('sigmoid', {}, ['x']);
    chain.node('concat', join, ['x', 'sigmoid0']);
    chain.node('slice', slice(0, 2), ['concat1']);
    chain.node('slice', slice(2, 2), ['concat1']);
    // Each piece lies in the first whole already.
    chain.node('concat', join, ['slice3', 'slice2']);
    expect(launched(chain)).toEqual(['sigmoid', 'concat', 'concat']);
  });

  test('a whole that is joined into a larger one takes along what lies in it', () => {
    const chain = chainOf(2);
    chain.node('sigmoid', {}, ['x']);
    chain.node('tanh', {}, ['x']);
    chain.node('concat', join, ['sigmoid0', 'tanh1']);
    chain.node('abs', {}, ['x']);
    chain.node('concat', join, ['abs3', 'concat2']);
    chain.node('reshape', { shape: [96, 4] }, ['concat4']);
    chain.add('relu', { activation: 'relu' });
    expect(launched(chain)).toEqual(['sigmoid', 'tanh', 'abs', 'relu']);
    expect(compiled(chain.graph()).views.get('tanh1')).toEqual({ root: 'concat4', offset: 1024 });
  });

  test('more than one launch can join', () => {
    const chain = chainOf(1);
    const parts = Array.from({ length: 20 }, (_, index) => {
      chain.node(index % 2 === 0 ? 'sigmoid' : 'tanh', {}, ['x']);
      return chain.current;
    });
    chain.node('concat', join, parts);
    expect(launched(chain)).toHaveLength(20);
  });

  test('outputs of the graph', () => {
    const chain = chainOf(2);
    chain.node('sigmoid', {}, ['x']);
    chain.node('tanh', {}, ['x']);
    chain.node('concat', join, ['sigmoid0', 'tanh1']);
    chain.node('slice', slice(1, 2), ['concat2']);
    expect(launched(chain, ['sigmoid0', 'concat2', 'slice3', 'x'])).toEqual(['sigmoid', 'tanh']);
  });
});

describe('what needs a launch', () => {
  test('a step would read and write one buffer', () => {
    const chain = chainOf(2);
    chain.node('sigmoid', {}, ['x']);
    chain.node('tanh', {}, ['sigmoid0']);
    chain.node('concat', join, ['sigmoid0', 'tanh1']);
    expect(launched(chain)).toEqual(['sigmoid', 'tanh', 'concat']);
  });

  test('a step would, by way of a piece of one and the whole of another', () => {
    const chain = chainOf(4);
    chain.node('sigmoid', {}, ['x']);
    chain.node('slice', slice(1, 2), ['sigmoid0']);
    chain.node('tanh', {}, ['slice1']);
    chain.node('abs', {}, ['x']);
    chain.node('concat', join, ['abs3', 'sigmoid0']);
    chain.node('concat', join, ['tanh2', 'concat4']);
    // The inner join is none any more, the outer one cannot be.
    expect(launched(chain)).toEqual(['sigmoid', 'tanh', 'abs', 'concat']);
  });

  test.each<[string, (chain: GraphChain) => void]>([
    ['the same twice', (chain) => chain.node('concat', join, ['sigmoid0', 'sigmoid0'])],
    ['a constant', (chain) => chain.node('concat', join, ['sigmoid0', chain.constant('float32', [1, ...row])])],
    ['a clamp', (chain) => chain.node('concat', { axis: 0, activation: 'relu' }, ['sigmoid0', 'x'])],
    ['another axis', (chain) => chain.node('concat', { axis: 1, activation: 'none' }, ['sigmoid0', 'x'])],
    ['steps', (chain) => chain.node('slice', slice(0, 2, 2), ['sigmoid0'])],
    [
      'another axis of a slice',
      (chain) => chain.node('slice', { begin: [0, 4, 0], size: [3, 4, 4], strides: [1, 1, 1] }, ['sigmoid0']),
    ],
    [
      'bytes at no multiple of the alignment',
      (chain) => chain.node('slice', { begin: [1, 1, 0], size: [1, 4, 4], strides: [1, 1, 1] }, ['sigmoid0']),
    ],
  ])('%s', (_name, add) => {
    const chain = chainOf(3);
    chain.node('sigmoid', {}, ['x']);
    add(chain);
    expect(launched(chain).slice(1)).toHaveLength(1);
  });

  test('of three, one lies elsewhere', () => {
    const chain = chainOf(2);
    for (const op of ['sigmoid', 'tanh', 'abs']) chain.node(op, {}, ['x']);
    chain.node('concat', join, ['sigmoid0', 'tanh1']);
    chain.node('concat', join, ['tanh1', 'abs2']);
    expect(launched(chain, ['concat3', 'concat4'])).toEqual(['sigmoid', 'tanh', 'abs', 'concat']);
  });
});

test('any graph of pieces and joins computes what it says, at every step', () => {
  const choice = fc.nat(99);
  const operations = fc.array(
    fc.record({
      kind: fc.nat(9),
      inputs: fc.array(choice, { minLength: 2, maxLength: 4 }),
      begin: choice,
      count: choice,
    }),
    { minLength: 3, maxLength: 16 },
  );
  let free = 0;
  let joined = 0;
  const property = fc.property(operations, fc.array(choice, { minLength: 1, maxLength: 3 }), (steps, chosen) => {
    const chain = chainOf(4);
    for (const { kind, inputs, begin, count } of steps) {
      const values = chain.activations;
      const names = inputs.map((index) => values[index % values.length]);
      const [length] = chain.type(names[0]).shape;
      if (kind < 4) chain.node(['sigmoid', 'tanh', 'abs', 'neg'][kind], {}, names.slice(0, 1));
      else if (kind < 6) {
        const first = begin % length;
        chain.node('slice', slice(first, 1 + (count % (length - first))), names.slice(0, 1));
      } else if (length < 30) chain.node('concat', join, names);
    }
    const values = chain.activations;
    const graph = chain.graph([...new Set(chosen.map((index) => values[index % values.length]))]);
    const program = compiled(graph);
    runInMemory(program, { x: chain.input() });
    for (const { node, dispatch } of program.steps) {
      if (dispatch === undefined) free++;
      if (dispatch === undefined && node.op === 'concat') joined++;
    }
  });
  fc.assert(property, { numRuns: 800 });
  expect(free).toBeGreaterThan(200);
  expect(joined).toBeGreaterThan(30);
});

test('a long chain of joins takes a time that grows with its length', () => {
  const chain = chainOf(1);
  chain.add('tanh', {});
  for (let index = 0; index < 299; index++) {
    const whole = chain.current;
    chain.node('sigmoid', {}, ['x']);
    chain.node('concat', join, [whole, chain.current]);
  }
  const start = performance.now();
  expect(dispatches(compiled(chain.graph()))).toHaveLength(300);
  expect(performance.now() - start).toBeLessThan(20_000);
});
