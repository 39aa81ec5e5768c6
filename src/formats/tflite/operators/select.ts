import { type OperatorFamily, reshapeTo } from '../operator.ts';
import { requireBooleans, requireSameType } from '../operator-types.ts';

/** One of two numbers, element by element. In SELECT a list of conditions chooses among the first indices. */
export const select: OperatorFamily = {
  types: ['SELECT', 'SELECT_V2'],
  takesInt32: true,
  inputCount: [3, 3],
  read(operator) {
    requireBooleans(operator, [operator.input(0)]);
    requireSameType(operator, operator.inputs.slice(1));
    return ([condition, a]) => {
      const rank = a!.shape.length;
      if (operator.type === 'SELECT_V2' || condition!.shape.length !== 1 || rank < 2) {
        return { op: 'select', attributes: {} };
      }
      const shape = a!.shape.map((_, axis) => (axis === 0 ? condition!.shape[0] : 1));
      return {
        steps: [
          { ...reshapeTo(shape), operands: [{ input: 0 }] },
          { op: 'select', attributes: {}, operands: [{ step: 0 }, { input: 1 }, { input: 2 }] },
        ],
        outputs: [1],
      };
    };
  },
};
