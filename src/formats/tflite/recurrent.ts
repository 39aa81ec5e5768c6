import { ShapeError } from '../../errors.ts';
import { formatShape, sameShape } from '../../tensor/shape.ts';
import type { TensorType } from '../../tensor/tensor.ts';
import type { FileTensor } from './model.ts';
import type { OpUse } from '../op-use.ts';
import { type Operand, type OperatorReader, reshapeTo, type Step, type Steps } from './operator.ts';
import { requireSameType } from './operator-types.ts';

/** Where a recurrent operator has its inputs, gate by gate. */
export interface RecurrentInputs {
  readonly weights: readonly number[];
  readonly recurrentWeights: readonly number[];
  readonly biases: readonly number[];
  /** Variables of the file, which keep something between its runs. */
  readonly states: readonly number[];
}

/**
 * Activations are numbers or codes, weights and biases either of the two too, and states nothing but states.
 * @throws UnsupportedOpError otherwise
 */
export function requireRecurrent(operator: OperatorReader, positions: RecurrentInputs): void {
  const { weights, recurrentWeights, biases, states } = positions;
  requireSameType(operator, [operator.input(0)]);
  const requireType = (what: string, codes: string, { type }: FileTensor): void => {
    if (type !== 'FLOAT32' && type !== codes) throw operator.unsupported(`${type} ${what}`);
  };
  requireType('activations', 'INT8', operator.output);
  for (const position of biases) requireType('biases', 'INT32', operator.input(position));
  for (const position of [...weights, ...recurrentWeights]) requireType('weights', 'INT8', operator.input(position));
  for (const position of states) {
    const state = operator.inputs[position];
    if (state !== undefined && !state.isVariable)
      throw operator.unsupported(`a state from elsewhere, input ${position}`);
  }
}

/** @throws UnsupportedOpError when one of these inputs is there */
export function refuseInputs(operator: OperatorReader, what: string, ...positions: readonly number[]): void {
  if (positions.some((position) => operator.inputs[position] !== undefined)) throw operator.unsupported(what);
}

/** Sizes of the first two axes. @throws ShapeError when the input is not a batch of sequences */
export function sequenceAxes(operator: OperatorReader, x: TensorType | undefined): readonly [number, number] {
  const shape = x?.shape ?? [];
  if (shape.length !== 3) {
    throw new ShapeError(`tflite: ${operator.where}: its input ${formatShape(shape)} is not a batch of sequences.`);
  }
  return [shape[0], shape[1]];
}

/**
 * The input's product with the weights of all gates, for all steps at once, and then the recurrence. All that in float32,
 * whatever the operator computes in.
 * @param recur the op, which takes that and the recurrent weights
 */
export function sequenceSteps(
  operator: OperatorReader,
  inputs: readonly (TensorType | undefined)[],
  [first, second]: readonly [number, number],
  { weights, recurrentWeights, biases }: RecurrentInputs,
  recur: OpUse,
): Steps {
  const steps: Step[] = [];
  const add = (use: OpUse, operands: readonly Operand[], results?: Step['results']): Operand => {
    steps.push({ ...use, operands, ...(results && { results }) });
    return { step: steps.length - 1 };
  };
  const number = [{ dtype: 'float32' }] as const;
  const numbers = (input: number): Operand =>
    operator.input(input).type === 'FLOAT32'
      ? { input }
      : add({ op: 'dequantize', attributes: {} }, [{ input }], number);
  const joined = (positions: readonly number[]): Operand => {
    const shapes = positions.map((position) => inputs[position]!.shape);
    if (!shapes.every((shape) => sameShape(shape, shapes[0]))) {
      const given = shapes.map((shape) => formatShape(shape)).join(', ');
      throw new ShapeError(`tflite: ${operator.where}: its gates have the shapes ${given}. They must be equal.`);
    }
    const parts = positions.map(numbers);
    return parts.length === 1 ? parts[0] : add({ op: 'concat', attributes: { axis: 0, activation: 'none' } }, parts);
  };
  const product: OpUse = { op: 'matmul', attributes: { activation: 'none' } };
  const sums = add(product, [numbers(0), joined(weights), joined(biases)]);
  const units = inputs[weights[0]]!.shape[0];
  const gates = add(reshapeTo([first, second, weights.length, units]), [sums]);
  const hidden = add(recur, [gates, joined(recurrentWeights)]);
  if (operator.output.type !== 'FLOAT32') add({ op: 'quantize', attributes: {} }, [hidden]);
  return { steps, outputs: [steps.length - 1] };
}
