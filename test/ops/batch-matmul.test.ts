import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumericError, ShapeError } from '../../src/errors.ts';
import { batchMatmul, type BatchMatmulAttributes } from '../../src/ops/batch-matmul.ts';
import type { DType } from '../../src/tensor/dtype.ts';
import { perTensor } from '../../src/tensor/quantization.ts';
import { createRandom } from '../../src/tensor/random.ts';
import type { Rounding } from '../../src/tensor/requantize.ts';
import { elementCount, type Shape } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { compileWithin, runPieces } from '../support/cut-program.ts';
import { buildGraph, type CaseInput, type OpCase, testOp } from '../support/test-op.ts';

interface Sizes {
  readonly a: Shape;
  readonly b: Shape;
  readonly transposesA?: boolean;
  readonly transposesB?: boolean;
  readonly attributes?: Partial<BatchMatmulAttributes>;
  readonly roundings?: readonly Rounding[];
}

function attributesOf({ transposesA = false, transposesB = false, attributes }: Sizes): BatchMatmulAttributes {
  return { transposesA, transposesB, activation: 'none', ...attributes };
}

function depthOf({ a, transposesA }: Sizes): number {
  return a.at(transposesA ? -2 : -1)!;
}

const every: readonly Rounding[] = ['float', 'tflite-single', 'tflite-double'];

function opCase(label: string, sizes: Sizes, a: CaseInput, b: CaseInput): OpCase<BatchMatmulAttributes> {
  const depth = depthOf(sizes);
  const scale = 0.02 * 0.03 * 74 * 74 * 0.02 * Math.sqrt(depth);
  const outputs: Partial<Record<DType, Omit<CaseInput, 'shape'>>> = {
    float32,
    int8: int8(scale, 4),
    uint8: uint8(scale, 140),
    int32: { dtype: 'int32' as const },
  };
  const flags = `${sizes.transposesA ? ' transposed' : ''} by [${sizes.b.join(', ')}]${sizes.transposesB ? ' transposed' : ''}`;
  return {
    name: `${label} [${sizes.a.join(', ')}]${flags}`,
    attributes: attributesOf(sizes),
    inputs: [a, b],
    outputs: [outputs[a.dtype]!],
    roundings: sizes.roundings ?? ['float'],
    length: depth,
  };
}

const withZeroPoints = (sizes: Sizes): OpCase<BatchMatmulAttributes> =>
  opCase('int8', sizes, { ...int8(0.02, -17), shape: sizes.a }, { ...int8(0.03, 9), shape: sizes.b });
const symmetric = (sizes: Sizes): OpCase<BatchMatmulAttributes> =>
  opCase('symmetric', sizes, { ...int8(0.02), shape: sizes.a }, { ...int8(0.03), shape: sizes.b });
const unsigned = (sizes: Sizes): OpCase<BatchMatmulAttributes> =>
  opCase('uint8', sizes, { ...uint8(0.02, 111), shape: sizes.a }, { ...uint8(0.03, 137), shape: sizes.b });
const float = (sizes: Sizes): OpCase<BatchMatmulAttributes> =>
  opCase('float', sizes, { ...float32, shape: sizes.a }, { ...float32, shape: sizes.b });

const all: readonly Sizes[] = [
  { a: [5, 7], b: [7, 6], roundings: every },
  { a: [2, 5, 7], b: [2, 6, 7], transposesB: true },
  { a: [2, 7, 5], b: [2, 7, 6], transposesA: true },
  { a: [7, 5], b: [6, 7], transposesA: true, transposesB: true },
  { a: [1, 1], b: [1, 1] },
  { a: [8, 4], b: [4, 12] },
  // Broadcast in both directions, and more axes than the other.
  { a: [3, 1, 2, 9], b: [4, 9, 5] },
  { a: [2, 3, 1, 4, 3], b: [1, 3, 2, 3, 5] },
  { a: [3, 33], b: [2, 33, 70] },
  // A sum beyond what float32 carries exactly, with a rest.
  { a: [2, 2051], b: [2051, 3] },
  { a: [3, 1024], b: [5, 1024], transposesB: true },
];

/** A bias, an activation and a residual, as layers have them after fusion. */
function fused(base: OpCase<BatchMatmulAttributes>): OpCase<BatchMatmulAttributes> {
  const { dtype, quantization } = base.outputs[0];
  const [shape] = batchMatmul.inferShape({ ...base, constants: [] });
  return {
    ...base,
    name: `${base.name}, fused`,
    attributes: { ...base.attributes, activation: 'relu', add: { quantization, activation: 'relu6' } },
    inputs: [
      ...base.inputs,
      { dtype: dtype === 'float32' ? 'float32' : 'int32', shape: [shape.at(-1)!], constant: true },
      { dtype, quantization, shape },
    ],
  };
}

testOp(batchMatmul, [
  ...all.flatMap((sizes) => [withZeroPoints(sizes), float(sizes)]),
  symmetric(all[0]),
  unsigned(all[1]),
  fused(withZeroPoints(all[1])),
  fused(float(all[1])),
]);

function run(attributes: Partial<BatchMatmulAttributes>, a: Tensor, b: Tensor): Tensor {
  const context = {
    name: 'product',
    attributes: { transposesA: false, transposesB: false, activation: 'none' as const, ...attributes },
    inputs: [a, b],
    constants: [],
    rounding: 'float' as const,
  };
  const [shape] = batchMatmul.inferShape(context);
  return batchMatmul.reference({ ...context, outputs: [{ ...float32, shape }] }, [a, b])[0];
}

const counted = (shape: Shape, first: number): Tensor => ({
  ...float32,
  shape,
  data: Float32Array.from({ length: elementCount(shape) }, (_, index) => index + first),
});

test('the examples of TFLite', () => {
  const a = counted([1, 2, 3], 1);
  expect([...run({}, a, counted([1, 3, 4], 7)).data]).toEqual([74, 80, 86, 92, 173, 188, 203, 218]);
  const exchanged = { ...a, shape: [1, 3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) };
  expect([...run({ transposesA: true }, exchanged, counted([1, 3, 4], 7)).data]).toEqual([
    74, 80, 86, 92, 173, 188, 203, 218,
  ]);
});

test('stored transposed or repeated, the product is the same', () => {
  const size = fc.integer({ min: 1, max: 4 });
  const arrangement = fc.record({ m: size, k: size, n: size, outer: size, inner: size, seed: fc.nat() });
  fc.assert(
    fc.property(arrangement, ({ m, k, n, outer, inner, seed }) => {
      const random = createRandom(seed);
      const draw = (shape: Shape): Tensor => ({
        ...float32,
        shape,
        data: Float32Array.from({ length: elementCount(shape) }, () => random.integer(19) - 9),
      });
      const exchange = ({ shape, data, ...type }: Tensor): Tensor => {
        const [rows, columns] = shape.slice(-2);
        const at = (index: number): number => {
          const inMatrix = index % (rows * columns);
          return index - inMatrix + (inMatrix % rows) * columns + Math.floor(inMatrix / rows);
        };
        const exchanged = Float32Array.from(data, (_, index) => data[at(index)]);
        return { ...type, shape: [...shape.slice(0, -2), columns, rows], data: exchanged };
      };
      const a = draw([outer, 1, m, k]);
      const b = draw([inner, k, n]);
      const y = run({}, a, b);
      expect(y.shape).toEqual([outer, inner, m, n]);
      for (let i = 0; i < outer; i++) {
        for (let j = 0; j < inner; j++) {
          const one = (tensor: Tensor, index: number): Tensor => {
            const shape = tensor.shape.slice(-2);
            const length = elementCount(shape);
            return { ...float32, shape, data: tensor.data.slice(index * length, (index + 1) * length) };
          };
          expect(one(y, i * inner + j).data).toEqual(run({}, one(a, i), one(b, j)).data);
        }
      }
      expect(run({ transposesA: true }, exchange(a), b)).toEqual(y);
      expect(run({ transposesB: true }, a, exchange(b))).toEqual(y);
      // (a·b)ᵀ = bᵀ·aᵀ.
      const [first, second] = [a, b].map((tensor) => {
        const shape = tensor.shape.slice(-2);
        return { ...float32, shape, data: tensor.data.slice(0, elementCount(shape)) };
      });
      const turned = run({ transposesA: true, transposesB: true }, second, first);
      expect(turned).toEqual(exchange(run({}, first, second)));
    }),
  );
});

test('parts compute what the whole does', () => {
  const sizes: readonly Sizes[] = [
    { a: [6, 1, 9, 5], b: [2, 5, 12] },
    { a: [1, 5, 33], b: [7, 64, 5], transposesA: true, transposesB: true },
    { a: [64, 8], b: [8, 32] },
  ];
  for (const base of sizes.flatMap((size) => [withZeroPoints(size), float(size)])) {
    const { graph, inputs } = buildGraph(batchMatmul, {
      ...base,
      inputs: base.inputs.map((input, index) => (index === 1 ? { ...input!, constant: true } : input)),
    });
    const whole = compileWithin(graph, {});
    const parts = compileWithin(graph, { maxStorageBufferBindingSize: 1024 });
    expect(parts.steps.length, base.name).toBeGreaterThan(whole.steps.length);
    const [input] = Object.values(inputs);
    expect(runPieces(parts, graph, input)).toEqual(runPieces(whole, graph, input));
  }
});

test('what does not fit', () => {
  const product = (attributes: Partial<BatchMatmulAttributes>, a: Shape, b: Shape) => () =>
    run(attributes, counted(a, 0), counted(b, 0));
  expect(product({}, [2, 3], [4, 5])).toThrow(
    new ShapeError(
      'batch-matmul "product": a [2, 3] and b [4, 5] are no matrices [..., M, K] and [..., K, N]. Transpose or reshape one.',
    ),
  );
  expect(product({ transposesA: true }, [2, 3], [3, 5])).toThrow(/a \[2, 3\], transposed, and b \[3, 5\] are no/);
  expect(product({}, [3], [3, 5])).toThrow(ShapeError);
  expect(product({}, [2, 2, 3], [3, 3, 5])).toThrow(/do not broadcast/);
});

test('sums that could leave int32 are refused', () => {
  const base = withZeroPoints({ a: [1, 66000], b: [66000, 1] });
  const inputs = base.inputs.map((input) => ({ ...input!, quantization: perTensor(0.5, -128) }));
  const { graph } = buildGraph(batchMatmul, { ...base, inputs });
  expect(() => compileWithin(graph, {})).toThrow(NumericError);
  expect(() => compileWithin(graph, {})).toThrow(/a sum of 66000 products can reach ±4291650000, beyond int32/);
});
