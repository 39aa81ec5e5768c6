import { chain, type OperatorFamily } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { broadcastTo } from '../repeat.ts';

/** TILE, a tensor several times along each axis, and BROADCAST_TO, along the axes of size 1. */
export const tile: OperatorFamily = {
  types: ['BROADCAST_TO', 'TILE'],
  takesInt32: true,
  inputCount: [2, 2],
  parameters: [1],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    const numbers = operator.integers(1);
    if (operator.type === 'TILE') return () => ({ op: 'tile', attributes: { repeats: numbers } });
    return ([x]) => chain(...broadcastTo(x!.shape, numbers, `tflite: ${operator.where}`));
  },
};
