import { type OperatorFamily, reshapeTo, type Steps } from '../operator.ts';

const numbers: readonly string[] = ['FLOAT32', 'INT32', 'INT64', 'BOOL'];
const bytes: readonly string[] = ['INT8', 'UINT8'];

/** Whether a number is not 0. */
const isTrue: Steps = {
  steps: [
    { op: 'logical-not', attributes: {}, operands: [{ input: 0 }], results: [{ dtype: 'int32' }] },
    { op: 'logical-not', attributes: {}, operands: [{ step: 0 }] },
  ],
  outputs: [1],
};

/** Numbers of another type. Bytes that stand for themselves become real numbers as codes of scale 1 do. */
export const cast: OperatorFamily = {
  types: ['CAST'],
  takesInt32: true,
  inputCount: [1, 1],
  read(operator) {
    const [from, to] = [operator.input(0).type, operator.output.type];
    const isPlain = bytes.includes(from) && operator.input(0).scales.length === 0;
    if (isPlain && to === 'FLOAT32') return () => ({ op: 'dequantize', attributes: {} });
    if (!numbers.includes(from) || !numbers.includes(to)) throw operator.unsupported(`a cast from ${from} to ${to}`);
    if (from === 'BOOL' && to !== 'FLOAT32') return ([x]) => reshapeTo(x!.shape);
    return to === 'BOOL' ? () => isTrue : () => ({ op: 'cast', attributes: {} });
  },
};
