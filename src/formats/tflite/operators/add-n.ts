import { type OperatorFamily, reshapeTo, type Step } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

/** The sum of any number of inputs: of two, then with each other one. */
export const addN: OperatorFamily = {
  types: ['ADD_N'],
  takesInt32: true,
  inputCount: [1, Infinity],
  read(operator) {
    requireSameType(operator, operator.inputs);
    // What is added on the way has no quantization.
    const { type } = operator.output;
    if (type !== 'FLOAT32' && type !== 'INT32') throw operator.unsupported(`values of type ${type}`);
    return (inputs) => {
      if (inputs.length === 1) return reshapeTo(inputs[0]!.shape);
      const steps = inputs.slice(1).map((_, index): Step => ({
        op: 'add',
        attributes: { activation: 'none' },
        operands: [index === 0 ? { input: 0 } : { step: index - 1 }, { input: index + 1 }],
      }));
      return { steps, outputs: [steps.length - 1] };
    };
  },
};
