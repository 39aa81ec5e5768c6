import { ShapeError } from '../../../errors.ts';
import { formatShape, normalizeAxis, rowLength, sameShape } from '../../../tensor/shape.ts';
import { type OperatorFamily, optionsSchema, reshapeTo, type Step } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(59, 'PackOptions', { values_count: 0, axis: 1 });

/** Inputs of one shape side by side along a new axis. */
export const pack: OperatorFamily = {
  types: ['PACK'],
  takesInt32: true,
  inputCount: [1, Infinity],
  read(operator) {
    requireSameType(operator, operator.inputs);
    const where = `tflite: ${operator.where}`;
    const stored = operator.options(schema).int32('axis');
    return (inputs) => {
      const [first] = inputs;
      const axis = normalizeAxis(stored, first!.shape.length + 1, where);
      const other = inputs.find((input) => !sameShape(input!.shape, first!.shape));
      if (other !== undefined) {
        throw new ShapeError(
          `${where}: shapes ${formatShape(first!.shape)} and ${formatShape(other.shape)} cannot be packed. They must be equal.`,
        );
      }
      // Elements that come in turn are one transpose of all inputs one after the other.
      const rank = first!.shape.length;
      const joined = axis === rank && rowLength(first!.shape) > 1 ? 0 : axis;
      const steps: Step[] = inputs.map((input, position) => ({
        ...reshapeTo(input!.shape.toSpliced(joined, 0, 1)),
        operands: [{ input: position }],
      }));
      const operands = inputs.map((_, step) => ({ step }));
      steps.push({ op: 'concat', attributes: { axis: joined, activation: 'none' }, operands });
      if (joined !== axis) {
        const permutation = [...Array.from({ length: rank }, (_, index) => index + 1), 0];
        steps.push({ op: 'transpose', attributes: { permutation }, operands: [{ step: inputs.length }] });
      }
      return { steps, outputs: [steps.length - 1] };
    };
  },
};
