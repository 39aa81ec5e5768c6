import type { FileTensor } from '../model.ts';
import { type OperatorFamily, reshapeTo } from '../operator.ts';
import { requireCodes } from '../operator-types.ts';

/** QUANTIZE: from real numbers, or from codes of another scale. 16-bit codes are real numbers here. */
export const quantize: OperatorFamily = {
  types: ['QUANTIZE'],
  inputCount: [1, 1],
  read(operator) {
    const isReal = ({ type }: FileTensor): boolean => type === 'FLOAT32' || type === 'INT16';
    const [from, to] = [operator.input(0), operator.output];
    if (!isReal(from)) requireCodes(operator, from);
    if (!isReal(to)) {
      requireCodes(operator, to);
      return () => ({ op: 'quantize', attributes: {} });
    }
    return isReal(from) ? ([x]) => reshapeTo(x!.shape) : () => ({ op: 'dequantize', attributes: {} });
  },
};
