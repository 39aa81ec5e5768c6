import { ShapeError } from '../../../errors.ts';
import { formatShape, normalizeAxis } from '../../../tensor/shape.ts';
import { type Constant, type OperatorFamily, optionsSchema, reshapeTo, type Step } from '../operator.ts';
import { requireIntegers, requireSameType } from '../operator-types.ts';

const schema = optionsSchema(87, 'ReverseSequenceOptions', { seq_dim: 0, batch_dim: 1 });

/**
 * REVERSE_SEQUENCE: of each index of one axis the first few indices of another in reverse, as many as a list says, which may
 * be computed at run time; the rest as it is.
 */
export const reverseSequence: OperatorFamily = {
  types: ['REVERSE_SEQUENCE'],
  takesInt32: true,
  inputCount: [2, 2],
  read(operator) {
    const { where } = operator;
    requireSameType(operator, [operator.input(0)]);
    requireIntegers(operator, [operator.input(1)]);
    const options = operator.options(schema);
    const [along, across] = [options.int32('seq_dim'), options.int32('batch_dim')];
    return ([x, lengths]) => {
      const { shape } = x!;
      const [time, batch] = [along, across].map((axis) => normalizeAxis(axis, shape.length, `tflite: ${where}`));
      const [steps, count] = [shape[time], shape[batch]];
      if (time === batch || lengths!.shape.join() !== String(count)) {
        throw new ShapeError(
          `tflite: ${where}: lengths ${formatShape(lengths!.shape)} along axis ${batch} of ${formatShape(shape)}, reversed along axis ${time}.`,
        );
      }
      const others = shape.flatMap((_, axis) => (axis === time || axis === batch ? [] : [axis]));
      const order = [batch, time, ...others];
      const counted = (first: number): Constant => ({
        constant: { dtype: 'int32', shape: [1, steps] },
        fill(data) {
          for (let step = 0; step < steps; step++) data[step] = first + step;
        },
      });
      const number = [{ dtype: 'int32' }] as const;
      const list: Step[] = [
        { op: 'transpose', attributes: { permutation: order }, operands: [{ input: 0 }] },
        { ...reshapeTo([count, 1]), operands: [{ input: 1 }] },
        // Where step t comes from: length − 1 − t within the length, itself beyond.
        { op: 'less', attributes: {}, operands: [counted(0), { step: 1 }], results: number },
        { op: 'sub', attributes: { activation: 'none' }, operands: [{ step: 1 }, counted(1)], results: number },
        { op: 'select', attributes: {}, operands: [{ step: 2 }, { step: 3 }, counted(0)], results: number },
        { op: 'gather', attributes: { axis: 1, batchDims: 1 }, operands: [{ step: 0 }, { step: 4 }] },
        {
          op: 'transpose',
          attributes: { permutation: shape.map((_, axis) => order.indexOf(axis)) },
          operands: [{ step: 5 }],
        },
      ];
      return { steps: list, outputs: [6] };
    };
  },
};
