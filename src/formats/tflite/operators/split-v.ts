import { FormatError } from '../../../errors.ts';
import { normalizeAxis } from '../../../tensor/shape.ts';
import type { OperatorFamily } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { pieces } from '../pieces.ts';

/** Pieces of given sizes along an axis; one size may be −1, which stands for what is left. */
export const splitV: OperatorFamily = {
  types: ['SPLIT_V'],
  takesInt32: true,
  inputCount: [3, 3],
  outputCount: [1, Infinity],
  parameters: [1, 2],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    const where = `tflite: ${operator.where}`;
    const sizes = operator.integers(1);
    const stored = operator.integers(2);
    const unknown = sizes.filter((size) => size === -1).length;
    if (stored.length !== 1 || sizes.length !== operator.outputs.length || unknown > 1) {
      throw new FormatError(
        `${where}: sizes [${sizes.join(', ')}] along axes [${stored.join(', ')}] do not fit ${operator.outputs.length} outputs.`,
      );
    }
    return ([x]) => {
      const axis = normalizeAxis(stored[0], x!.shape.length, where);
      const rest = sizes.reduce((left, size) => left - Math.max(size, 0), x!.shape[axis]);
      return pieces(
        where,
        { input: 0 },
        x!.shape,
        axis,
        sizes.map((size) => (size === -1 ? rest : size)),
      );
    };
  },
};
