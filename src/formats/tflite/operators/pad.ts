import { FormatError } from '../../../errors.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { readPairs } from '../pairs.ts';

const schema = optionsSchema(77, 'MirrorPadOptions', { mode: 0 });
const modes = ['reflect', 'symmetric'] as const;

/** PAD with zeros, PADV2 with a number, and MIRROR_PAD with the elements next to the border. */
export const pad: OperatorFamily = {
  types: ['MIRROR_PAD', 'PAD', 'PADV2'],
  takesInt32: true,
  inputCount: [2, 3],
  parameters: [1, 2],
  read(operator) {
    requireSameType(operator, operator.inputs.slice(0, 1));
    const padding = readPairs(operator, 1);
    if (operator.type === 'MIRROR_PAD') {
      const stored = operator.options(schema).int8('mode');
      const mode = modes[stored];
      if (mode === undefined) {
        throw new FormatError(`tflite: ${operator.where}: mode ${stored} is neither REFLECT (0) nor SYMMETRIC (1).`);
      }
      return () => ({ op: 'mirror-pad', attributes: { padding, mode } });
    }
    requireSameType(operator, operator.inputs.slice(2));
    const value = operator.inputs[2] === undefined ? 0 : operator.number(2);
    return () => ({ op: 'pad', attributes: { padding, value } });
  },
};
