import { FormatError } from '../../../errors.ts';
import { elementCount, formatShape } from '../../../tensor/shape.ts';
import { type Operand, type OperatorFamily, type Step, zeroOf } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { broadcastTo } from '../repeat.ts';
import { tensorType } from '../tensor.ts';

/** FILL, a number in a shape that a list gives, and ZEROS_LIKE, 0 in the shape of a tensor. */
export const fill: OperatorFamily = {
  types: ['FILL', 'ZEROS_LIKE'],
  takesInt32: true,
  inputCount: [1, 2],
  read(operator) {
    const { type, output } = operator;
    const where = `tflite: ${operator.where}`;
    if (type === 'ZEROS_LIKE') {
      const zero = zeroOf(tensorType(output, []));
      return ([x]) => repeated(zero, x!.shape, where);
    }
    requireSameType(operator, [operator.input(1)]);
    const shape = operator.integers(0);
    if (shape.some((size) => size < 1)) throw new FormatError(`${where}: ${formatShape(shape)} is not a shape.`);
    return ([, value]) => {
      if (elementCount(value!.shape) !== 1) {
        throw new FormatError(`${where}: it fills with ${formatShape(value!.shape)}, not with one element.`);
      }
      return repeated({ input: 1 }, shape, where);
    };
  },
};

/** The steps that repeat one element. */
function repeated(element: Operand, shape: readonly number[], where: string): { steps: Step[]; outputs: number[] } {
  const steps = broadcastTo([], shape, where).map((use, index): Step => {
    const operand: Operand = index === 0 ? element : { step: index - 1 };
    return { ...use, operands: [operand] };
  });
  return { steps, outputs: [steps.length - 1] };
}
