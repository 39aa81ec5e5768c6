import type { OperatorFamily } from '../operator.ts';
import { requireBooleans } from '../operator-types.ts';

/** Booleans turned round. */
export const logicalNot: OperatorFamily = {
  types: ['LOGICAL_NOT'],
  takesInt32: true,
  inputCount: [1, 1],
  read(operator) {
    requireBooleans(operator, [operator.input(0), operator.output]);
    return () => ({ op: 'logical-not', attributes: {} });
  },
};
