import { FormatError } from '../../../errors.ts';
import { normalizeAxis } from '../../../tensor/shape.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(102, 'CumsumOptions', { exclusive: 0, reverse: 1 });

/** Running sums along an axis, which a constant gives. */
export const cumulativeSum: OperatorFamily = {
  types: ['CUMSUM'],
  takesInt32: true,
  inputCount: [2, 2],
  parameters: [1],
  read(operator) {
    const { type } = operator.output;
    requireSameType(operator, [operator.input(0)]);
    if (type !== 'FLOAT32' && type !== 'INT32') throw operator.unsupported(`sums of ${type}`);
    const where = `tflite: ${operator.where}`;
    const options = operator.options(schema);
    const [exclusive, reverse] = [options.boolean('exclusive'), options.boolean('reverse')];
    const stored = operator.integers(1);
    if (stored.length !== 1) throw new FormatError(`${where}: there are ${stored.length} axes, expected one.`);
    return ([x]) => ({
      op: 'cumulative-sum',
      attributes: { axis: normalizeAxis(stored[0], x!.shape.length, where), exclusive, reverse },
    });
  },
};
