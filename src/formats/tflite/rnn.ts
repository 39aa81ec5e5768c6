import type { RnnAttributes } from '../../ops/rnn.ts';
import type { Operand, OperatorReader } from './operator.ts';
import { type Recurred, type RecurrentInputs, type RecurrentSteps } from './recurrent.ts';
import { activationTypes } from './schema.ts';

/** Where an operator has a plain recurrence: weights, recurrent weights, bias, state. */
export function rnnInputs(first: number): RecurrentInputs {
  return { weights: [first], recurrentWeights: [first + 1], biases: [first + 2], states: [first + 3] };
}

/** @throws UnsupportedOpError for what is no function of a recurrence */
export function rnnActivation(operator: OperatorReader, type: number): RnnAttributes['activation'] {
  return activationTypes[type] === 'TANH' ? 'tanh' : operator.clamp(type);
}

/** A plain recurrence along a batch of sequences. */
export function rnnSteps(
  steps: RecurrentSteps,
  { weights, recurrentWeights, biases, states: [state] }: RecurrentInputs,
  x: Operand,
  axes: readonly [number, number],
  attributes: Omit<RnnAttributes, 'returnsSequence'>,
): Recurred {
  const [units] = steps.shape(weights[0]);
  const bias = steps.joined(biases);
  const sums = steps.gates(x, axes, 1, units, steps.joined(weights), bias, false);
  const before = steps.before(state);
  const operands = [sums, steps.joined(recurrentWeights)];
  const absent = { isAbsent: true } as const;
  const y = steps.add(
    { op: 'rnn', attributes: { ...attributes, returnsSequence: true } },
    before === undefined ? operands : [...operands, absent, before],
  );
  if (before === undefined) return { y, states: {} };
  const last = steps.lastOf(y, [...axes, units], attributes.isTimeMajor, attributes.isReversed);
  return { y, states: { [state]: steps.after(state, last) } };
}
