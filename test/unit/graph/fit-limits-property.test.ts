import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeviceError } from '../../../src/errors.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import { getOp } from '../../../src/ops/registry.ts';
import type { Program } from '../../../src/runtime/compile.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import { elementCount } from '../../../src/tensor/shape.ts';
import { compileWithin, constantBytes, largestBinding, pieceInputs, runPieces } from '../../support/cut-program.ts';
import { GraphChain } from '../../support/graph-chain.ts';
import { runInMemory } from '../../support/memory-machine.ts';

const size = (max: number) => fc.integer({ min: 1, max });
const pair = (max: number) => fc.tuple(size(max), size(max));
const sides = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 });
const activation = fc.constantFrom('none', 'relu');
const window = { strides: pair(2), dilations: pair(2), padding: sides, activation };

/** What a step does with a chain; those that do not fit its shape do nothing. */
const steps: Record<string, fc.Arbitrary<(chain: GraphChain) => void>> = {
  conv2d: fc
    .record({ ...window, size: pair(3), groups: size(2), outputs: size(3), bias: fc.boolean() })
    .map(({ size: kernel, outputs, bias, groups, ...attributes }) => (chain) => {
      const { dtype, shape } = chain.type();
      if (shape[3] % groups !== 0) return;
      const channels = outputs * groups * 2;
      const weights = chain.constant(dtype, [channels, ...kernel, shape[3] / groups], 0);
      const biases = bias ? [chain.constant(dtype === 'int8' ? 'int32' : 'float32', [channels])] : [];
      chain.add('conv2d', { ...attributes, groups }, [weights, ...biases]);
    }),
  depthwise: fc
    .record({ ...window, size: pair(3), multiplier: size(2) })
    .map(({ size: kernel, multiplier, ...attributes }) => (chain) => {
      const { dtype, shape } = chain.type();
      chain.add('depthwise-conv2d', attributes, [chain.constant(dtype, [1, ...kernel, shape[3] * multiplier], 3)]);
    }),
  transposed: fc
    .record({
      size: pair(4),
      strides: pair(3),
      padding: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 4, maxLength: 4 }),
      outputs: size(9),
      activation,
    })
    .map(({ size: kernel, outputs, ...attributes }) => (chain) => {
      const { dtype, shape } = chain.type();
      chain.add('conv-transpose2d', attributes, [chain.constant(dtype, [outputs, ...kernel, shape[3]], 0)]);
    }),
  matmul: size(9).map((outputs) => (chain) => {
    const { dtype, shape } = chain.type();
    chain.add('matmul', { activation: 'none' }, [chain.constant(dtype, [outputs, shape[3]], 0)]);
  }),
  dynamic: fc.tuple(size(9), fc.nat(3)).map(([outputs, leading]) => (chain) => {
    const { dtype, shape } = chain.type();
    if (dtype !== 'float32') return;
    const x = chain.current;
    chain.node('min-max', { leading: Math.min(leading, shape.length - 1), parts: 2 }, [x]);
    chain.node('dynamic-scale', { isSymmetric: leading === 1 }, [chain.current]);
    const scales = chain.current;
    chain.node('dynamic-quantize', {}, [x, scales], 'int8');
    const weights = chain.constant('int8', [outputs, shape[3]], 0);
    chain.node('matmul', { activation: 'relu' }, [chain.current, weights, '', '', scales], 'float32');
  }),
  pool: fc
    .record({ op: fc.constantFrom('max-pool2d', 'average-pool2d'), size: pair(3), strides: pair(3), padding: sides })
    .map(({ op, ...attributes }) => (chain) => {
      chain.add(op, { ...attributes, activation: 'none' });
    }),
  pad: fc
    .array(fc.tuple(fc.integer({ min: -1, max: 5 }), fc.integer({ min: -1, max: 5 })), { minLength: 3, maxLength: 3 })
    .map((padding) => (chain) => {
      chain.add('pad', { padding: [[0, 0], ...padding], value: 0.5 });
    }),
  concat: fc.tuple(fc.nat(3), fc.nat(9)).map(([axis, choice]) => (chain) => {
    const others = chain.activations.filter((name) => chain.type(name).dtype === chain.type().dtype);
    const other = others[choice % others.length];
    chain.add('concat', { axis, activation: 'none' }, [other, chain.current]);
    chain.add('concat', { axis, activation: 'none' }, [chain.current]);
  }),
  add: fc
    .tuple(fc.nat(9), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
    .map(([choice, repeats]) => (chain) => {
      const { dtype, shape } = chain.type();
      const others = chain.activations.filter((name) => chain.type(name).dtype === dtype);
      chain.add('add', { activation: 'none' }, [others[choice % others.length]]);
      const broadcast = chain.type().shape.map((length, axis) => (repeats[axis] ? 1 : length));
      if (shape.length === 4) chain.add('add', { activation: 'none' }, [chain.constant(dtype, broadcast)]);
    }),
  slice: fc.array(fc.tuple(fc.nat(3), size(3), fc.boolean()), { minLength: 4, maxLength: 4 }).map((axes) => (chain) => {
    const { shape } = chain.type();
    const first = axes.map(([index], axis) => index % shape[axis]);
    const taken = shape.map((length, axis) => Math.ceil((length - first[axis]) / axes[axis][1]));
    const strides = axes.map(([, stride, isDown]) => (isDown ? -stride : stride));
    const begin = first.map((index, axis) => (strides[axis] > 0 ? index : index + (taken[axis] - 1) * -strides[axis]));
    chain.add('slice', { begin, size: taken, strides });
  }),
  tile: fc.array(size(2), { minLength: 4, maxLength: 4 }).map((repeats) => (chain) => {
    chain.add('tile', { repeats });
  }),
  transpose: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }).map((permutation) => (chain) => {
    chain.add('transpose', { permutation });
  }),
  reduce: fc
    .tuple(fc.constantFrom('mean', 'sum', 'reduce-max'), fc.subarray([0, 1, 2, 3], { minLength: 1, maxLength: 2 }))
    .map(([op, axes]) => (chain) => {
      chain.add(op, { axes, keepDims: true });
    }),
  'cumulative-sum': fc.nat(3).map((axis) => (chain) => {
    if (chain.type().dtype !== 'float32') return;
    chain.add('cumulative-sum', { axis, exclusive: false, reverse: false });
  }),
  reshape: fc.nat(3).map((kind) => (chain) => {
    const [n, h, w, c] = chain.type().shape;
    const shapes = [
      [n * h, w, 1, c],
      [n, 1, h, w * c],
      [1, n, h * w, c],
      [1, 1, 1, -1],
    ];
    chain.add('reshape', { shape: shapes[kind] });
  }),
  float: fc.constant((chain: GraphChain) => {
    if (chain.type().dtype !== 'int8') return;
    chain.add('dequantize', {}, [], 'float32');
    chain.add('quantize', {}, [], 'int8');
  }),
  relu: fc.constant((chain: GraphChain) => chain.add('relu', { activation: 'relu6' })),
  sigmoid: fc.constant((chain: GraphChain) => chain.add('sigmoid', {})),
  softmax: fc.constant((chain: GraphChain) => chain.add('softmax', { beta: 1 })),
};

/** Tables of functions do not become smaller when a node is cut. */
function tableBytes(program: Program): number {
  const tables = constantBytes(program).filter(({ op }) => getOp(op).quantization?.weights === undefined);
  return Math.max(128, ...tables.map(({ bytes }) => bytes));
}

test('a cut graph computes what the whole one does, and nothing in it is too large', () => {
  const chains = fc.record({
    dtype: fc.constantFrom('int8' as const, 'float32' as const),
    shape: fc.tuple(size(3), size(9), size(9), size(9)),
    seed: fc.nat(),
    steps: fc.array(fc.oneof(...Object.values(steps)), { minLength: 1, maxLength: 6 }),
    share: fc.integer({ min: 2, max: 12 }),
    rounding: fc.constantFrom('float' as const, 'tflite-double' as const),
    fusion: fc.boolean(),
  });
  const outcomes = { whole: 0, cut: 0, refused: 0 };
  const property = fc.property(chains, ({ dtype, shape, seed, share, rounding, fusion, ...chosen }) => {
    const chain = new GraphChain(dtype, shape, seed);
    for (const step of chosen.steps) step(chain);
    const graph = chain.graph();
    if (Object.values(graph.values).some((type) => elementCount(type.shape) > 20000)) return;
    const whole = compileWithin(graph, {}, { rounding, fusion });
    const limit = Math.max(tableBytes(whole), Math.ceil(largestBinding(whole) / share / 16) * 16);
    let program: Program;
    try {
      program = compileWithin(graph, { maxStorageBufferBindingSize: limit }, { rounding, fusion });
    } catch (error) {
      // Weights of four channels, or what a single output reads, may be too much for so small a limit.
      if (!(error instanceof DeviceError)) throw error;
      expect(error.reason).toBe('limit');
      outcomes.refused++;
      return;
    }
    outcomes[program.steps.length > whole.steps.length ? 'cut' : 'whole']++;
    validateGraph(program.graph);
    expect(largestBinding(program)).toBeLessThanOrEqual(limit);
    const input = chain.input();
    const expected = runReference(graph, { x: input }, rounding);
    expect(runPieces(program, graph, input, rounding)).toEqual(graph.outputs.map((name) => expected.get(name)!.data));
    // Pieces that lie in each other, where a device would have them.
    for (const each of [whole, program]) runInMemory(each, pieceInputs(each.graph, input), rounding);
  });
  fc.assert(property, { numRuns: 200 });
  expect(outcomes.cut, JSON.stringify(outcomes)).toBeGreaterThan(80);
});
