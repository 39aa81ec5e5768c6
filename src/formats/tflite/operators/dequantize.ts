import type { OperatorFamily } from '../operator.ts';
import { requireCodes } from '../operator-types.ts';

/** DEQUANTIZE of codes; constants may be quantized per channel. */
export const dequantize: OperatorFamily = {
  types: ['DEQUANTIZE'],
  inputCount: [1, 1],
  perChannel: [0],
  read(operator) {
    requireCodes(operator, operator.input(0));
    if (operator.output.type !== 'FLOAT32') throw operator.unsupported(`the output type ${operator.output.type}`);
    return () => ({ op: 'dequantize', attributes: {} });
  },
};
