import { FormatError } from '../../../errors.ts';
import type { OperatorFamily } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const MAXIMUM_PADDING = 2 ** 16;

/** PAD with zeros, and PADV2 with a number. */
export const pad: OperatorFamily = {
  types: ['PAD', 'PADV2'],
  inputCount: [2, 3],
  parameters: [1, 2],
  read(operator) {
    requireSameType(operator, operator.inputs.slice(0, 1));
    const flat = operator.integers(1);
    const badPadding = flat.find((size) => !(size >= 0 && size <= MAXIMUM_PADDING));
    if (flat.length % 2 !== 0 || badPadding !== undefined) {
      throw new FormatError(
        `tflite: ${operator.where}: paddings ${flat.join(', ')} are not pairs of numbers from 0 to ${MAXIMUM_PADDING}.`,
      );
    }
    const padding = Array.from({ length: flat.length / 2 }, (_, axis) => [flat[2 * axis], flat[2 * axis + 1]] as const);
    requireSameType(operator, operator.inputs.slice(2));
    const value = operator.inputs[2] === undefined ? 0 : operator.number(2);
    return () => ({ op: 'pad', attributes: { padding, value } });
  },
};
