import { FormatError } from '../../../errors.ts';
import { normalizeAxis } from '../../../tensor/shape.ts';
import type { OperatorFamily } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { pieces } from '../pieces.ts';

/** Equal pieces along an axis, which the first input gives. */
export const split: OperatorFamily = {
  types: ['SPLIT'],
  takesInt32: true,
  inputCount: [2, 2],
  outputCount: [1, Infinity],
  parameters: [0],
  read(operator) {
    requireSameType(operator, [operator.input(1)]);
    const where = `tflite: ${operator.where}`;
    const stored = operator.integers(0);
    if (stored.length !== 1) throw new FormatError(`${where}: there are ${stored.length} axes to split, expected one.`);
    const count = operator.outputs.length;
    return ([, x]) => {
      const axis = normalizeAxis(stored[0], x!.shape.length, where);
      const size = x!.shape[axis] / count;
      return pieces(
        where,
        { input: 1 },
        x!.shape,
        axis,
        Array.from({ length: count }, () => Math.floor(size)),
      );
    };
  },
};
