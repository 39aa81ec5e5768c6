import type { OperatorFamily } from '../operator.ts';
import { requireIntegers } from '../operator-types.ts';

/** SHAPE and RANK, which are known once the model is read. */
export const shape: OperatorFamily = {
  types: ['RANK', 'SHAPE'],
  takesInt32: true,
  inputCount: [1, 1],
  read(operator) {
    requireIntegers(operator, [operator.output]);
    return ([x]) => {
      const { length } = x!.shape;
      if (operator.type === 'RANK')
        return { constant: { dtype: 'int32', shape: [] }, fill: (data) => data.fill(length) };
      return { constant: { dtype: 'int32', shape: [length] }, fill: (data) => data.set(x!.shape) };
    };
  },
};
