import { FormatError } from '../../../errors.ts';
import { type Constant, type OperatorFamily, optionsSchema, reshapeTo, type Step } from '../operator.ts';

const schema = optionsSchema(115, 'BucketizeOptions', { boundaries: 0 });
const MAXIMUM_BOUNDARIES = 2 ** 12;

/** BUCKETIZE: how many of a list of ascending boundaries a number has reached. */
export const bucketize: OperatorFamily = {
  types: ['BUCKETIZE'],
  takesInt32: true,
  inputCount: [1, 1],
  read(operator) {
    const x = operator.input(0);
    if (x.type !== 'FLOAT32' || operator.output.type !== 'INT32') {
      throw operator.unsupported(`${x.type} that becomes ${operator.output.type}`);
    }
    const boundaries = operator.options(schema).float32s('boundaries') ?? [];
    const isAscending = boundaries.every((value, index) => index === 0 || value >= boundaries[index - 1]);
    if (boundaries.length === 0 || boundaries.length > MAXIMUM_BOUNDARIES || !isAscending) {
      throw new FormatError(
        `tflite: ${operator.where}: ${boundaries.length} boundaries; there must be 1 to ${MAXIMUM_BOUNDARIES}, ascending.`,
      );
    }
    return ([values]) => {
      const { shape } = values!;
      const list: Constant = {
        constant: { dtype: 'float32', shape: [boundaries.length] },
        fill: (data) => data.set(boundaries),
      };
      const steps: Step[] = [
        { ...reshapeTo([...shape, 1]), operands: [{ input: 0 }] },
        { op: 'greater-equal', attributes: {}, operands: [{ step: 0 }, list], results: [{ dtype: 'int32' }] },
        { op: 'sum', attributes: { axes: [shape.length], keepDims: false }, operands: [{ step: 1 }] },
      ];
      return { steps, outputs: [2] };
    };
  },
};
