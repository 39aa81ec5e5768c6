import { FormatError } from '../../../errors.ts';
import type { OpUse } from '../../op-use.ts';
import { lstmSteps, readLstm } from '../lstm.ts';
import {
  type Convert,
  type OperatorFamily,
  type OperatorReader,
  type Operand,
  optionsSchema,
  reshapeTo,
  type Step,
} from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { RecurrentSteps } from '../recurrent.ts';
import { lstmPositions } from './sequence-lstm.ts';

const schema = optionsSchema(14, 'LSTMOptions', {
  fused_activation_function: 0,
  cell_clip: 1,
  proj_clip: 2,
  kernel_type: 3,
  asymmetric_quantize_inputs: 4,
});
const BASIC = 1;

/**
 * One step of an LSTM.
 * - Of the basic kind, states are inputs and outputs: inputs x, h, weights [4·H, I + H], bias, c; outputs h, c, and two that
 *   are on the way: x and h together, and the sums of the gates i, g, f, o.
 * - Of the full kind it is that along sequences, for a sequence of one.
 */
export const lstmStep: OperatorFamily = {
  types: ['LSTM'],
  inputCount: [1, 24],
  outputCount: [1, 4],
  states: [lstmPositions.hidden, lstmPositions.cell],
  perChannel: [5, 6, 7, 8, 12, 13, 14, 15],
  read(operator) {
    const options = operator.options(schema);
    if (options.int8('kernel_type') !== BASIC) return fullStep(operator);
    if (operator.inputs.length !== 5) {
      throw new FormatError(`tflite: ${operator.where} has ${operator.inputs.length} inputs, of the basic kind 5.`);
    }
    requireSameType(operator, operator.inputs);
    if (operator.output.type !== 'FLOAT32') throw operator.unsupported(`${operator.output.type} activations`);
    return ([, , , , cell]) => {
      const size = cell!.shape;
      const steps: Step[] = [];
      const add = (use: OpUse, ...operands: Operand[]): Operand => {
        steps.push({ ...use, operands });
        return { step: steps.length - 1 };
      };
      const binary = (op: 'add' | 'mul', a: Operand, b: Operand): Operand =>
        add({ op, attributes: { activation: 'none' } }, a, b);
      const joined = add({ op: 'concat', attributes: { axis: -1, activation: 'none' } }, { input: 0 }, { input: 1 });
      const sums = add({ op: 'matmul', attributes: { activation: 'none' } }, joined, { input: 2 }, { input: 3 });
      const gate = (number: number, op: 'sigmoid' | 'tanh'): Operand => {
        const begin = size.map((length, axis) => (axis === size.length - 1 ? number * length : 0));
        return add(
          { op, attributes: {} },
          add({ op: 'slice', attributes: { begin, size, strides: size.map(() => 1) } }, sums),
        );
      };
      const added = binary('mul', gate(0, 'sigmoid'), gate(1, 'tanh'));
      const state = binary('add', binary('mul', gate(2, 'sigmoid'), { input: 4 }), added);
      const hidden = binary('mul', gate(3, 'sigmoid'), add({ op: 'tanh', attributes: {} }, state));
      const outputs = [hidden, state, joined, sums].map((operand) => ('step' in operand ? operand.step : 0));
      return { steps, outputs: outputs.slice(0, operator.outputs.length) };
    };
  },
};

function fullStep(operator: OperatorReader): Convert {
  const options = operator.options(schema);
  if (operator.outputs.length > 1) throw operator.unsupported('several outputs of an LSTM of the full kind');
  const lstm = readLstm(operator, lstmPositions, {
    activation: options.int8('fused_activation_function'),
    cellClip: options.float32('cell_clip'),
    projectionClip: options.float32('proj_clip'),
    isAsymmetric: options.boolean('asymmetric_quantize_inputs'),
  });
  return (types) => {
    const steps = new RecurrentSteps(operator, types);
    const [batch, length] = steps.shape(0);
    const x = steps.add(reshapeTo([batch, 1, length]), [steps.numbers(0)]);
    const { y, states } = lstmSteps(steps, lstm, x, [batch, 1], { isTimeMajor: false, isReversed: false });
    const units =
      steps.types[lstmPositions.projection]?.shape[0] ?? steps.shape(lstm.positions.recurrentWeights + 1)[0];
    const row = steps.add(reshapeTo([batch, units]), [y]);
    return steps.finish([steps.output(row)], states);
  };
}
