import { FormatError } from '../../../errors.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(9, 'SoftmaxOptions', { beta: 0 });

export const softmax: OperatorFamily = {
  types: ['SOFTMAX'],
  inputCount: [1, 1],
  read(operator) {
    requireSameType(operator, operator.inputs);
    const beta = operator.options(schema).float32('beta');
    if (!(beta > 0 && beta < Infinity)) {
      throw new FormatError(`tflite: ${operator.where}: beta is ${beta}. It must be positive and finite.`);
    }
    return () => ({ op: 'softmax', attributes: { beta } });
  },
};
