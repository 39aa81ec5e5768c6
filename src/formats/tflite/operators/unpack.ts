import { normalizeAxis } from '../../../tensor/shape.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { pieces } from '../pieces.ts';

const schema = optionsSchema(64, 'UnpackOptions', { num: 0, axis: 1 });

/** Every index of an axis as an output without that axis. */
export const unpack: OperatorFamily = {
  types: ['UNPACK'],
  takesInt32: true,
  inputCount: [1, 1],
  outputCount: [1, Infinity],
  read(operator) {
    requireSameType(operator, operator.inputs);
    const where = `tflite: ${operator.where}`;
    const stored = operator.options(schema).int32('axis');
    const sizes = operator.outputs.map(() => 1);
    return ([x]) => pieces(where, { input: 0 }, x!.shape, normalizeAxis(stored, x!.shape.length, where), sizes, true);
  },
};
