import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldConstants } from '../../../src/graph/fold-constants.ts';
import { FreshNames } from '../../../src/graph/fresh-names.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { sinkTransposes } from '../../../src/graph/sink-transposes.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import type { Shape } from '../../../src/tensor/shape.ts';
import { compareCodes } from '../../support/compare.ts';
import { GraphChain } from '../../support/graph-chain.ts';

const toChannelsFirst = [0, 3, 1, 2];
const toChannelsLast = [0, 2, 3, 1];

/** The graph after the pass, which gives the same values. */
function sink(chain: GraphChain, outputs?: readonly string[]): Graph {
  const graph = chain.graph(outputs);
  const x = chain.input();
  const sunk = foldConstants(sinkTransposes(graph, new FreshNames(graph)), 'float');
  validateGraph(sunk);
  const [before, after] = [graph, sunk].map((each) => runReference(each, { x }));
  for (const name of graph.outputs) {
    const [expected, found] = [before.get(name)!, after.get(name)!];
    expect(found.shape, name).toEqual(expected.shape);
    // Sums over axes in another order are rounded otherwise.
    const { maxDifference } = compareCodes(found.data, expected.data);
    expect(maxDifference, name).toBeLessThanOrEqual(expected.dtype === 'float32' ? 1e-5 : 0);
  }
  return sunk;
}

const opsOf = ({ nodes }: Graph): readonly string[] => nodes.map(({ op }) => op);
const relu = { activation: 'relu' } as const;
const none = { activation: 'none' } as const;

describe.each(['int8', 'float32'] as const)('%s', (dtype) => {
  /** An image of five rows, seven columns and six channels; then [N, C, H, W]. */
  function channelsFirst(): GraphChain {
    const chain = new GraphChain(dtype, [1, 5, 7, 6], 3);
    chain.add('transpose', { permutation: toChannelsFirst });
    return chain;
  }

  /** With the way back at the end. */
  function between(build: (chain: GraphChain) => void): Graph {
    const chain = channelsFirst();
    build(chain);
    chain.add('transpose', { permutation: toChannelsLast });
    // An output that is a transposed value would be one; a network goes on.
    chain.add('abs', {});
    return sink(chain);
  }

  test('there and back is nothing', () => {
    expect(opsOf(between(() => {}))).toEqual(['abs']);
  });

  test('functions of one number', () => {
    const graph = between((chain) => {
      chain.add('hard-swish', {});
      chain.add('relu', relu);
    });
    expect(opsOf(graph)).toEqual(['hard-swish', 'relu', 'abs']);
  });

  test('numbers for each channel, and one for all', () => {
    const graph = between((chain) => {
      chain.add('mul', none, [chain.constant(dtype, [6, 1, 1])]);
      chain.add('add', none, [chain.constant(dtype, [])]);
      chain.add('sub', none, [chain.constant(dtype, [1, 6, 5, 7])]);
    });
    expect(opsOf(graph)).toEqual(['mul', 'add', 'sub', 'abs']);
    expect(Object.values(graph.constants).map(({ shape }) => shape)).toEqual([[], [1, 1, 1, 6], [1, 5, 7, 6]]);
  });

  test('a shortcut', () => {
    const graph = between((chain) => {
      const before = chain.current;
      chain.add('transpose', { permutation: toChannelsLast });
      chain.add('max-pool2d', { size: [3, 3], strides: [1, 1], padding: [1, 1, 1, 1], activation: 'none' });
      chain.add('transpose', { permutation: toChannelsFirst });
      chain.add('add', none, [before]);
    });
    expect(opsOf(graph)).toEqual(['max-pool2d', 'add', 'abs']);
  });

  test('borders, pieces and joins', () => {
    const graph = between((chain) => {
      const image = chain.current;
      chain.add('pad', {
        padding: [
          [0, 0],
          [0, 2],
          [1, 1],
          [2, 0],
        ],
        value: 0,
      });
      chain.add('slice', { begin: [0, 1, 1, 2], size: [1, 3, 5, 7], strides: [1, 2, 1, 1] });
      chain.add('concat', { axis: 1, activation: 'none' }, [image]);
    });
    expect(graph.nodes).toMatchObject([
      {
        op: 'pad',
        attributes: {
          padding: [
            [0, 0],
            [1, 1],
            [2, 0],
            [0, 2],
          ],
        },
      },
      { op: 'slice', attributes: { begin: [0, 1, 2, 1], size: [1, 5, 7, 3], strides: [1, 1, 1, 2] } },
      { op: 'concat', attributes: { axis: 3 } },
      { op: 'abs' },
    ]);
  });

  test('mirrored borders, and several times the same', () => {
    const graph = between((chain) => {
      chain.add('mirror-pad', {
        padding: [
          [0, 0],
          [0, 2],
          [1, 1],
          [2, 0],
        ],
        mode: 'edge',
      });
      chain.add('tile', { repeats: [1, 2, 3, 4] });
    });
    expect(graph.nodes).toMatchObject([
      {
        op: 'mirror-pad',
        attributes: {
          padding: [
            [0, 0],
            [1, 1],
            [2, 0],
            [0, 2],
          ],
        },
      },
      { op: 'tile', attributes: { repeats: [1, 3, 4, 2] } },
      { op: 'abs' },
    ]);
  });

  test('the means of channels, and weights that are made of them', () => {
    const graph = between((chain) => {
      const image = chain.current;
      chain.add('mean', { axes: [2, 3], keepDims: true });
      chain.add('sigmoid', {});
      chain.add('mul', none, [image]);
    });
    expect(opsOf(graph)).toEqual(['mean', 'sigmoid', 'mul', 'abs']);
  });

  test('means that end as rows', () => {
    const chain = channelsFirst();
    chain.add('relu', relu);
    chain.add('mean', { axes: [-2, -1], keepDims: false });
    expect(sink(chain).nodes).toMatchObject([{ op: 'relu' }, { op: 'mean', attributes: { axes: [1, 2] } }]);
    const kept = channelsFirst();
    kept.add('mean', { axes: [2, 3], keepDims: true });
    kept.add('reshape', { shape: [1, 6] });
    expect(opsOf(sink(kept))).toEqual(['mean', 'reshape']);
  });

  test('where the largest is', () => {
    const chain = channelsFirst();
    chain.add('arg-max', { axis: 1, keepDims: false }, [], 'int32');
    expect(sink(chain).nodes).toMatchObject([{ op: 'arg-max', attributes: { axis: 3 } }]);
  });

  test.runIf(dtype === 'float32')('running sums', () => {
    const graph = between((chain) => chain.add('cumulative-sum', { axis: -1, exclusive: true, reverse: true }));
    expect(graph.nodes).toMatchObject([{ op: 'cumulative-sum', attributes: { axis: 2 } }, { op: 'abs' }]);
  });

  test('a channel shuffle needs one move', () => {
    const graph = between((chain) => {
      chain.add('relu', relu);
      chain.add('reshape', { shape: [1, 2, 3, 5, 7] });
      chain.add('transpose', { permutation: [0, 2, 1, 3, 4] });
      chain.add('reshape', { shape: [1, 6, 5, 7] });
      chain.add('neg', {});
    });
    expect(graph.nodes).toMatchObject([
      { op: 'relu' },
      { op: 'reshape', attributes: { shape: [1, 5, 7, 2, 3] } },
      { op: 'transpose', attributes: { permutation: [0, 1, 2, 4, 3] } },
      { op: 'reshape', attributes: { shape: [1, 5, 7, 6] } },
      { op: 'neg' },
      { op: 'abs' },
    ]);
  });

  test('what ends transposed is transposed at the end', () => {
    const chain = channelsFirst();
    chain.add('relu', relu);
    chain.add('mean', { axes: [2], keepDims: false });
    chain.add('abs', {});
    // 6 · 7 elements instead of 5 · 7 · 6, under the output's name.
    const graph = sink(chain);
    expect(opsOf(graph)).toEqual(['relu', 'mean', 'abs', 'transpose']);
    expect(graph.nodes[3].outputs).toEqual(graph.outputs);
  });

  test('outputs on both sides of transposes', () => {
    const chain = channelsFirst();
    const image = chain.current;
    chain.add('relu', relu);
    const positive = chain.current;
    chain.add('transpose', { permutation: toChannelsLast });
    const back = chain.current;
    chain.add('abs', {});
    const graph = sink(chain, [image, positive, back, chain.current]);
    expect(opsOf(graph).filter((op) => op === 'transpose').length).toBeLessThanOrEqual(3);
  });

  test('nothing happens where more would be moved', () => {
    // Two that read it need it as it is.
    const chain = channelsFirst();
    const image = chain.current;
    for (const op of ['abs', 'neg']) {
      chain.current = image;
      chain.add(op, {});
      chain.add('softmax', { beta: 1 });
    }
    const graph = chain.graph(['softmax2', 'softmax4']);
    expect(sinkTransposes(graph, new FreshNames(graph))).toBe(graph);
  });

  test('one is made once for all who need it', () => {
    const chain = channelsFirst();
    const image = chain.current;
    for (const beta of [1, 2]) chain.node('softmax', { beta }, [image]);
    chain.node('transpose', { permutation: toChannelsFirst }, ['x']);
    chain.add('softmax', { beta: 3 });
    chain.add('add', none, ['softmax1']);
    chain.add('add', none, ['softmax2']);
    expect(opsOf(sink(chain))).toEqual(['transpose', 'softmax', 'softmax', 'softmax', 'add', 'add']);
  });
});

test('an operand that is not transposed stops them, unless it is small', () => {
  const chain = new GraphChain('float32', [1, 6, 6, 6], 3);
  chain.add('abs', {});
  const other = chain.current;
  chain.node('transpose', { permutation: toChannelsFirst }, ['x']);
  chain.add('add', none, [other]);
  chain.add('transpose', { permutation: toChannelsLast });
  chain.add('abs', {});
  expect(opsOf(sink(chain))).toEqual(['abs', 'transpose', 'add', 'transpose', 'abs']);
  const small = new GraphChain('float32', [1, 6, 6, 6], 3);
  small.add('mean', { axes: [1, 2], keepDims: false });
  small.add('reshape', { shape: [1, 6, 1, 1] });
  const weights = small.current;
  small.node('transpose', { permutation: toChannelsFirst }, ['x']);
  small.add('mul', none, [weights]);
  small.add('transpose', { permutation: toChannelsLast });
  small.add('abs', {});
  const graph = sink(small);
  expect(opsOf(graph)).toEqual(['mean', 'reshape', 'transpose', 'mul', 'abs']);
  expect(graph.nodes[2].inputs).toEqual([weights]);
});

test('scales along an axis stay where they are', () => {
  const chain = new GraphChain('int8', [2, 3], 3);
  chain.current = chain.constant('int8', [3, 2], 0);
  const { quantization } = chain.type();
  chain.add('transpose', { permutation: [1, 0] });
  chain.add('dequantize', {}, [], 'float32');
  const { values, ...rest } = chain.graph();
  const transposed = { ...values['transpose0'], quantization: { ...quantization!, axis: 1 } };
  const graph = { ...rest, values: { ...values, transpose0: transposed } };
  validateGraph(graph);
  expect(sinkTransposes(graph, new FreshNames(graph))).toBe(graph);
});

/** Sizes of axes that a reshape gives to as many elements. */
function reshaped(shape: Shape, choice: number): Shape {
  const axis = choice % shape.length;
  const next = shape[axis + 1];
  if (choice % 3 === 0 && next !== undefined) return shape.toSpliced(axis, 2, shape[axis] * next);
  const divisor = [2, 3].find((number) => shape[axis] % number === 0) ?? 1;
  return shape.toSpliced(
    axis,
    1,
    ...(choice % 2 === 0 ? [divisor, shape[axis] / divisor] : [shape[axis] / divisor, divisor]),
  );
}

test('any graph computes the same', () => {
  const choices = fc.array(fc.nat(999), { minLength: 6, maxLength: 6 });
  const steps = fc.array(fc.tuple(fc.nat(11), choices), { minLength: 3, maxLength: 12 });
  let saved = 0;
  const property = fc.property(fc.nat(), fc.constantFrom('int8', 'float32'), steps, (seed, dtype, chosen) => {
    const chain = new GraphChain(dtype as 'int8' | 'float32', [2, 3, 4, 6], seed);
    for (const [kind, numbers] of chosen) {
      const { activations } = chain;
      if (numbers[5] % 4 === 0) chain.current = activations[numbers[4] % activations.length];
      if (chain.type().dtype === 'int32') continue;
      const { shape } = chain.type();
      const axes = [...shape.keys()];
      const at = shape.length === 0 ? 0 : numbers[0] % shape.length;
      const order = axes.toSorted((a, b) => numbers[a % 6] - numbers[b % 6] || a - b);
      if (kind < 4) chain.add('transpose', { permutation: order });
      else if (kind === 4) chain.add('neg', {});
      else if (kind === 5) {
        const other = activations[numbers[1] % activations.length];
        if (chain.type(other).dtype === dtype) chain.add('maximum', none, [other]);
      } else if (kind === 6) {
        const sizes = shape.map((size, axis) => (numbers[axis % 6] % 2 === 0 ? size : 1)).slice(numbers[1] % 2);
        chain.add('add', none, [chain.constant(dtype as 'int8', sizes)]);
      } else if (shape.length === 0) continue;
      else if (kind === 7) chain.add('reshape', { shape: reshaped(shape, numbers[0]) });
      else if (kind === 8) chain.add('reduce-max', { axes: [at], keepDims: numbers[1] % 2 === 0 });
      else if (kind === 9) {
        const size = shape.map((length, axis) => Math.max(1, length - (numbers[axis % 6] % 2)));
        chain.add('slice', {
          begin: shape.map((length, axis) => length - size[axis]),
          size,
          strides: axes.map(() => 1),
        });
      } else if (kind === 10) chain.add('concat', { axis: at, activation: 'none' }, [chain.current]);
      else chain.add('pad', { padding: axes.map((axis) => [axis === at ? 1 : 0, 0]), value: 0 });
    }
    const { activations } = chain;
    const outputs = activations.filter(
      (_, index) => index === activations.length - 1 || chosen[0][1][index % 6] % 5 === 0,
    );
    const before = opsOf(chain.graph(outputs)).filter((op) => op === 'transpose').length;
    const after = opsOf(sink(chain, outputs)).filter((op) => op === 'transpose').length;
    if (after < before) saved++;
  });
  fc.assert(property, { numRuns: 1000 });
  expect(saved).toBeGreaterThan(100);
});
