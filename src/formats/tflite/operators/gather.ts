import { normalizeAxis } from '../../../tensor/shape.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(23, 'GatherOptions', { axis: 0, batch_dims: 1 });

/** GATHER along an axis, and GATHER_ND along several. */
export const gather: OperatorFamily = {
  types: ['GATHER', 'GATHER_ND'],
  takesInt32: true,
  inputCount: [2, 2],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    if (operator.input(1).type !== 'INT32') throw operator.unsupported(`indices of type ${operator.input(1).type}`);
    if (operator.type === 'GATHER_ND') return () => ({ op: 'gather-nd', attributes: {} });
    const options = operator.options(schema);
    if (options.int32('batch_dims') !== 0) throw operator.unsupported('indices for each of a batch');
    const stored = options.int32('axis');
    return ([x]) => ({
      op: 'gather',
      attributes: { axis: normalizeAxis(stored, x!.shape.length, `tflite: ${operator.where}`) },
    });
  },
};
