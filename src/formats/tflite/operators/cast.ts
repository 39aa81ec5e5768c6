import type { OperatorFamily } from '../operator.ts';

const numbers: readonly string[] = ['FLOAT32', 'INT32'];

export const cast: OperatorFamily = {
  types: ['CAST'],
  inputCount: [1, 1],
  read(operator) {
    const [from, to] = [operator.input(0).type, operator.output.type];
    if (!numbers.includes(from) || !numbers.includes(to)) throw operator.unsupported(`a cast from ${from} to ${to}`);
    return () => ({ op: 'cast', attributes: {} });
  },
};
