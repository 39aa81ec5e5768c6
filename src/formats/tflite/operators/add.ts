import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(11, 'AddOptions', { fused_activation_function: 0 });

export const add: OperatorFamily = {
  types: ['ADD'],
  inputCount: [2, 2],
  read(operator) {
    requireSameType(operator, operator.inputs);
    const activation = operator.activation(operator.options(schema).int8('fused_activation_function'));
    return () => ({ op: 'add', attributes: { activation } });
  },
};
