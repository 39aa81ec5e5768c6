import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../../src/errors.ts';
import { gru, lstm, type RecurrentOptions } from '../../../src/layers/recurrent.ts';
import { sequential } from '../../../src/layers/sequential.ts';
import { applyLayer, drawFloats } from '../../support/apply-layer.ts';

const [batch, steps, features, units] = [2, 5, 3, 4];
const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/** Weights, recurrent weights and two biases of so many gates. */
function draw(gates: number) {
  return {
    weights: drawFloats(gates * units * features, 7),
    recurrentWeights: drawFloats(gates * units * units, 8),
    bias: drawFloats(gates * units, 9),
    recurrentBias: drawFloats(gates * units, 10),
  };
}

/**
 * Hidden states of all steps by the definition, in double precision.
 * @param next the unit's new state, from its gates' sums of the input and of the hidden states
 */
function expected(
  x: Float32Array,
  { weights, recurrentWeights, bias }: ReturnType<typeof draw>,
  order: readonly number[],
  next: (unit: number, input: (gate: number) => number, hidden: (gate: number) => number, before: number) => number,
): number[][][] {
  return Array.from({ length: batch }, (_, n) => {
    const states: number[][] = [];
    let before = Array.from({ length: units }, () => 0);
    for (const step of order) {
      const sum = (row: number): number => {
        let total = bias[row];
        for (let k = 0; k < features; k++) total += weights[row * features + k] * x[(n * steps + step) * features + k];
        return total;
      };
      const hiddenSum = (row: number): number =>
        before.reduce((total, value, k) => total + value * recurrentWeights[row * units + k], 0);
      before = before.map((own, unit) =>
        next(
          unit,
          (gate) => sum(gate * units + unit),
          (gate) => hiddenSum(gate * units + unit),
          own,
        ),
      );
      states[step] = before;
    }
    return states;
  });
}

const forwards = Array.from({ length: steps }, (_, step) => step);

function check(
  layer: (options: RecurrentOptions) => ReturnType<typeof lstm>,
  of: (order: readonly number[]) => number[][][],
) {
  for (const isReversed of [false, true]) {
    const order = isReversed ? forwards.toReversed() : forwards;
    const states = of(order);
    const all = applyLayer(layer({ units, isReversed, returnsSequence: true }), [batch, steps, features]).output;
    expect(all.shape).toEqual([batch, steps, units]);
    states.flat(2).forEach((value, index) => expect(all.data[index]).toBeCloseTo(value, 5));
    const last = applyLayer(layer({ units, isReversed }), [batch, steps, features]).output;
    expect(last.shape).toEqual([batch, units]);
    const ends = states.flatMap((sequence) => sequence[order.at(-1)!]);
    ends.forEach((value, index) => expect(last.data[index]).toBeCloseTo(value, 5));
  }
}

describe('by their definitions', () => {
  const x = drawFloats(batch * steps * features, 1);

  test('lstm', () => {
    const { recurrentBias: _, ...drawn } = draw(4);
    const of = (order: readonly number[]): number[][][] => {
      const cells = new Map<number, number>();
      let count = 0;
      return expected(x, draw(4), order, (unit, input, hidden) => {
        // Units are asked in order, sequence after sequence.
        const sequence = Math.floor(count++ / (units * steps));
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => input(gate) + hidden(gate));
        const cell = logistic(f) * (cells.get(sequence * units + unit) ?? 0) + logistic(i) * Math.tanh(g);
        cells.set(sequence * units + unit, cell);
        return logistic(o) * Math.tanh(cell);
      });
    };
    check((options) => lstm({ ...drawn, ...options }), of);
  });

  test('gru', () => {
    const drawn = draw(3);
    const of = (order: readonly number[]): number[][][] =>
      expected(x, drawn, order, (unit, input, hidden, before) => {
        const [z, r, n] = [0, 1, 2].map((gate) => hidden(gate) + drawn.recurrentBias[gate * units + unit]);
        const update = logistic(input(0) + z);
        return update * before + (1 - update) * Math.tanh(input(2) + logistic(input(1) + r) * n);
      });
    check((options) => gru({ ...drawn, ...options }), of);
  });
});

test('names, and what is drawn', () => {
  const graph = (seed: number) => sequential({ x: [1, steps, features] }, [lstm({ units, name: 'memory' })], { seed });
  const { nodes, constants, outputs } = graph(1);
  expect(nodes.map(({ name }) => name)).toEqual(['memory/gates', 'reshape', 'memory']);
  expect(outputs).toEqual(['memory']);
  expect(Object.keys(constants)).toEqual(['memory/gates/weights', 'memory/gates/bias', 'memory/recurrent']);
  expect([...constants['memory/gates/bias'].data]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(constants['memory/recurrent'].data).toEqual(graph(1).constants['memory/recurrent'].data);
  expect(constants['memory/recurrent'].data).not.toEqual(graph(2).constants['memory/recurrent'].data);
  const { constants: ofGru } = sequential({ x: [1, steps, features] }, [gru({ units })]);
  expect(Object.keys(ofGru)).toEqual(['gru_gates/weights', 'gru_gates/bias', 'gru/recurrent', 'gru/recurrentBias']);
});

test('what is no sequence, and weights of another size', () => {
  expect(() => sequential({ x: [1, features] }, [lstm({ units })])).toThrow(/lstm "lstm": input has shape \[1, 3\]/);
  const recurrentWeights = new Float32Array(5);
  expect(() => sequential({ x: [1, steps, features] }, [gru({ units, recurrentWeights })])).toThrow(ShapeError);
});
