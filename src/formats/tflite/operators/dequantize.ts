import { type OperatorFamily, reshapeTo } from '../operator.ts';
import { requireCodes } from '../operator-types.ts';

/** DEQUANTIZE of codes or of float16; constants may be quantized per channel. */
export const dequantize: OperatorFamily = {
  types: ['DEQUANTIZE'],
  inputCount: [1, 1],
  takesFloat16: true,
  perChannel: [0],
  read(operator) {
    const { type } = operator.input(0);
    if (operator.output.type !== 'FLOAT32') throw operator.unsupported(`the output type ${operator.output.type}`);
    // 16-bit codes are real numbers already.
    if (type === 'INT16') return ([x]) => reshapeTo(x!.shape);
    if (type !== 'FLOAT16') requireCodes(operator, operator.input(0));
    return () => ({ op: 'dequantize', attributes: {} });
  },
};
