import type { OpUse } from '../../op-use.ts';
import { type OperatorFamily, type Operand, optionsSchema, type Step } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(14, 'LSTMOptions', { kernel_type: 3 });
const BASIC = 1;

/**
 * LSTM of the basic kind: one step, with states that are inputs and outputs. Inputs x, h, weights [4·H, I + H], bias, c;
 * outputs h, c, and two that are on the way: x and h together, and the sums of the gates i, g, f, o.
 */
export const basicLstm: OperatorFamily = {
  types: ['LSTM'],
  inputCount: [1, 24],
  outputCount: [1, 4],
  read(operator) {
    const options = operator.options(schema);
    if (options.int8('kernel_type') !== BASIC || operator.inputs.length !== 5) {
      throw operator.unsupported('one step of an LSTM that keeps its states between runs');
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
