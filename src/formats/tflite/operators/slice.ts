import { FormatError } from '../../../errors.ts';
import type { OperatorFamily } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

/** A block of the input: its first index and its size along each axis, −1 for all that is left. */
export const slice: OperatorFamily = {
  types: ['SLICE'],
  takesInt32: true,
  inputCount: [3, 3],
  parameters: [1, 2],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    const begin = operator.integers(1);
    const stored = operator.integers(2);
    return ([x]) => {
      const { shape } = x!;
      if (begin.length !== shape.length || stored.length !== shape.length) {
        throw new FormatError(
          `tflite: ${operator.where}: begin [${begin.join(', ')}] and size [${stored.join(', ')}] do not have one number for each of ${shape.length} axes.`,
        );
      }
      const size = stored.map((length, axis) => (length === -1 ? shape[axis] - begin[axis] : length));
      return { op: 'slice', attributes: { begin, size, strides: shape.map(() => 1) } };
    };
  },
};
