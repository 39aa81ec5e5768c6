import { FormatError } from '../../../errors.ts';
import { normalizeAxis } from '../../../tensor/shape.ts';
import type { OperatorFamily } from '../operator.ts';

/** Where along an axis, which a constant gives, the largest or smallest element is. */
export const argExtreme: OperatorFamily = {
  types: ['ARG_MAX', 'ARG_MIN'],
  takesInt32: true,
  inputCount: [2, 2],
  parameters: [1],
  read(operator) {
    const { type } = operator.output;
    if (type !== 'INT32' && type !== 'INT64') throw operator.unsupported(`indices of type ${type}`);
    const stored = operator.integers(1);
    const where = `tflite: ${operator.where}`;
    if (stored.length !== 1) throw new FormatError(`${where}: there are ${stored.length} axes, expected one.`);
    const op = operator.type === 'ARG_MAX' ? 'arg-max' : 'arg-min';
    return ([x]) => ({
      op,
      attributes: { axis: normalizeAxis(stored[0], x!.shape.length, where), keepDims: false },
    });
  },
};
