import type { OperatorFamily } from '../operator.ts';
import { requireCodes } from '../operator-types.ts';

/** QUANTIZE: from real numbers, or from codes of another scale. */
export const quantize: OperatorFamily = {
  types: ['QUANTIZE'],
  inputCount: [1, 1],
  read(operator) {
    if (operator.input(0).type !== 'FLOAT32') requireCodes(operator, operator.input(0));
    requireCodes(operator, operator.output);
    return () => ({ op: 'quantize', attributes: {} });
  },
};
