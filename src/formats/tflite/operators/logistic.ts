import type { OperatorFamily } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

export const logistic: OperatorFamily = {
  types: ['LOGISTIC'],
  inputCount: [1, 1],
  read(operator) {
    requireSameType(operator, operator.inputs);
    return () => ({ op: 'sigmoid', attributes: {} });
  },
};
