import { withVariables } from '../variables.ts';
import type { OperatorFamily } from '../operator.ts';

/** What reads and assigns variables of the file. They are gone before operators are read, but where they are used otherwise. */
export const variables: OperatorFamily = {
  types: ['VAR_HANDLE', 'READ_VARIABLE', 'ASSIGN_VARIABLE', 'CALL_ONCE'],
  inputCount: [0, 2],
  outputCount: [0, 1],
  merge: withVariables,
  read(operator) {
    throw operator.unsupported('variables of a kind that is not known, or that other operators take as they are');
  },
};
