import { FormatError } from '../../../errors.ts';
import { normalizeAxis } from '../../../tensor/shape.ts';
import { type Constant, type OperatorFamily, optionsSchema, reshapeTo } from '../operator.ts';
import { requireIntegers, requireSameType } from '../operator-types.ts';

const schema = optionsSchema(61, 'OneHotOptions', { axis: 0 });
const MAXIMUM_DEPTH = 2 ** 16;

/** A new axis along which one number stands at the index that an element gives, and another number elsewhere. */
export const oneHot: OperatorFamily = {
  types: ['ONE_HOT'],
  takesInt32: true,
  inputCount: [4, 4],
  parameters: [1],
  read(operator) {
    const where = `tflite: ${operator.where}`;
    requireIntegers(operator, [operator.input(0)]);
    requireSameType(operator, operator.inputs.slice(2));
    const depth = operator.number(1);
    if (!(Number.isInteger(depth) && depth >= 1 && depth <= MAXIMUM_DEPTH)) {
      throw new FormatError(`${where}: its depth is ${depth}, not a whole number from 1 to ${MAXIMUM_DEPTH}.`);
    }
    const stored = operator.options(schema).int32('axis', -1);
    return ([indices]) => {
      const { shape } = indices!;
      const axis = normalizeAxis(stored, shape.length + 1, where);
      const numbers: Constant = {
        constant: { dtype: 'int32', shape: [depth, ...shape.slice(axis).map(() => 1)] },
        fill(data) {
          for (let index = 0; index < depth; index++) data[index] = index;
        },
      };
      return {
        steps: [
          { ...reshapeTo(shape.toSpliced(axis, 0, 1)), operands: [{ input: 0 }] },
          {
            op: 'equal',
            attributes: {},
            operands: [{ step: 0 }, numbers],
            results: [{ dtype: 'int32' }],
          },
          { op: 'select', attributes: {}, operands: [{ step: 1 }, { input: 2 }, { input: 3 }] },
        ],
        outputs: [2],
      };
    };
  },
};
