import { expect, test } from 'vitest';
import { ShapeError, UnsupportedOpError } from '../../src/errors.ts';
import { lstm, type LstmAttributes } from '../../src/ops/lstm.ts';
import { elementCount, type Shape } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { float32 } from '../support/codes.ts';
import { compileWithin, runPieces } from '../support/cut-program.ts';
import { lstmVariants } from '../support/lstm-cases.ts';
import { recurrentCases } from '../support/recurrent-cases.ts';
import { buildGraph, testOp } from '../support/test-op.ts';

const plain: LstmAttributes = { isTimeMajor: false, isReversed: false, returnsSequence: true, cellClip: 0 };

testOp(lstm, [
  ...recurrentCases<LstmAttributes>(4, 2, { cellClip: 0 }),
  ...recurrentCases<LstmAttributes>(4, 2, { cellClip: 0.25 })
    .slice(0, 2)
    .map((opCase) => ({ ...opCase, name: `${opCase.name}, clipped` })),
  ...lstmVariants(),
]);

function floats(shape: Shape, data: readonly number[]): Tensor {
  return { ...float32, shape, data: Float32Array.from(data) };
}

function run(attributes: Partial<LstmAttributes>, ...inputs: readonly (Tensor | undefined)[]): number[] {
  const context = {
    name: 'memory',
    attributes: { ...plain, ...attributes },
    inputs,
    constants: [],
    rounding: 'float' as const,
  };
  const [shape] = lstm.inferShape(context);
  return [...lstm.reference({ ...context, outputs: [{ ...float32, shape }] }, inputs)[0].data];
}

test('by hand', () => {
  // Sigmoids of ±100 are 1 and 0: the cell keeps what it has, adds tanh(g), or forgets.
  const [open, shut] = [100, -100];
  const steps = [
    [open, open, 0.5, open],
    [open, open, -0.25, open],
    [shut, shut, 9, open],
    [open, shut, 2, shut],
  ];
  const expected = [Math.tanh(1 + Math.tanh(0.5)), Math.tanh(1 + Math.tanh(0.5) - Math.tanh(0.25)), 0, 0];
  const x = floats([1, 4, 4, 1], steps.flat());
  const y = run({}, x, floats([4, 1], [0, 0, 0, 0]), undefined, floats([1, 1], [0]), floats([1, 1], [1]));
  y.forEach((value, index) => expect(value).toBeCloseTo(expected[index], 6));
  // A limit of the cell of one half.
  const [clipped] = run({ cellClip: 0.5 }, x, floats([4, 1], [0, 0, 0, 0]), undefined, undefined, floats([1, 1], [1]));
  expect(clipped).toBeCloseTo(Math.tanh(0.5), 6);
});

test('reversed, the steps are those of the reversed sequence', () => {
  const x = (order: readonly number[]): Tensor =>
    floats(
      [1, 3, 4, 1],
      order.flatMap((step) => [step, step - 1, 0.5 * step, 1 - step]),
    );
  const weights = floats([4, 1], [0.5, -1, 2, 1]);
  expect(run({ isReversed: true }, x([0, 1, 2]), weights)).toEqual(run({}, x([2, 1, 0]), weights).toReversed());
  expect(run({ isReversed: true, returnsSequence: false }, x([0, 1, 2]), weights)).toEqual(
    run({}, x([2, 1, 0]), weights).slice(-1),
  );
});

test('parts compute what the whole does', () => {
  const { graph, inputs } = buildGraph(lstm, {
    name: 'parts',
    attributes: plain,
    inputs: [
      { ...float32, shape: [12, 3, 4, 6] },
      { ...float32, shape: [24, 6], constant: true },
      undefined,
      { ...float32, shape: [12, 6], constant: true },
    ],
    outputs: [float32],
  });
  const whole = compileWithin(graph, {});
  const parts = compileWithin(graph, { maxStorageBufferBindingSize: 2048 });
  expect(parts.steps.length).toBeGreaterThan(whole.steps.length);
  const [input] = Object.values(inputs);
  expect(runPieces(parts, graph, input)).toEqual(runPieces(whole, graph, input));
});

test('what does not fit', () => {
  const zeros = (...shape: Shape): Tensor =>
    floats(
      shape,
      Array.from({ length: elementCount(shape) }, () => 0),
    );
  const infer =
    (...inputs: readonly (Tensor | undefined)[]) =>
    () =>
      run({}, ...inputs);
  expect(infer(zeros(1, 2, 3, 4), zeros(16, 4))).toThrow(
    new ShapeError(
      'lstm "memory": inputs [1, 2, 3, 4], [16, 4] do not fit. They must be [·, ·, 4, H], weights [4·H, P], bias [4·H], states ' +
        '[N, P] and [N, H], peepholes [3, H], weights of normalized gates [4, H], a projection [P, H] and its bias [P]; P is H without one.',
    ),
  );
  expect(infer(zeros(1, 2, 16), zeros(16, 4))).toThrow(ShapeError);
  expect(infer(zeros(1, 2, 4, 4), zeros(16, 5))).toThrow(ShapeError);
  expect(infer(zeros(1, 2, 4, 4), zeros(16, 4), zeros(4))).toThrow(ShapeError);
  expect(infer(zeros(1, 2, 4, 4), zeros(16, 4), undefined, zeros(2, 4))).toThrow(ShapeError);
  expect(() => run({ cellClip: -1 }, zeros(1, 2, 4, 4), zeros(16, 4))).toThrow(/the cell's limit is -1/);
});

test('a cell that is kept, and gates that are coupled, by hand', () => {
  // One step: c = σ(f)·c + (1 − σ(f))·tanh(g).
  const context = {
    name: 'memory',
    attributes: { ...plain, isCoupled: true, returnsCell: true },
    inputs: [floats([1, 1, 3, 1], [0, 0.5, 100]), floats([3, 1], [0, 0, 0]), undefined, undefined, floats([1, 1], [1])],
    constants: [],
    rounding: 'float' as const,
  };
  const [shape, cellShape] = lstm.inferShape(context);
  const outputs = [shape, cellShape].map((size) => ({ ...float32, shape: size }));
  const [y, cell] = lstm.reference({ ...context, outputs }, context.inputs);
  const expected = 0.5 + 0.5 * Math.tanh(0.5);
  expect(cell.data[0]).toBeCloseTo(expected, 6);
  expect(y.data[0]).toBeCloseTo(Math.tanh(expected), 6);
  expect(() =>
    run({ projectionClip: Infinity }, floats([1, 1, 4, 1], [0, 0, 0, 0]), floats([4, 1], [0, 0, 0, 0])),
  ).toThrow(/the projection's limit is Infinity/);
});

test('more than one launch may do, and weights that are computed, have no kernel', () => {
  const compileOf = (steps: number, constant: boolean) => () => {
    const { graph } = buildGraph(lstm, {
      name: 'large',
      attributes: plain,
      inputs: [
        { ...float32, shape: [1, steps, 4, 512] },
        { ...float32, shape: [2048, 512], constant },
      ],
      outputs: [float32],
    });
    return compileWithin(graph, {});
  };
  expect(compileOf(2, true)).not.toThrow();
  expect(compileOf(2, false)).toThrow(UnsupportedOpError);
  expect(compileOf(2 ** 11 + 1, true)).toThrow(UnsupportedOpError);
});
