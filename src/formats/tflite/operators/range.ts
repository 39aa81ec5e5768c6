import { FormatError } from '../../../errors.ts';
import type { OperatorFamily } from '../operator.ts';

/** A small file may ask for any number of them. */
const MAXIMUM_NUMBERS = 2 ** 16;

/** Numbers from one to before another in equal steps. */
export const range: OperatorFamily = {
  types: ['RANGE'],
  takesInt32: true,
  inputCount: [3, 3],
  parameters: [0, 1, 2],
  read(operator) {
    const { type } = operator.output;
    if (!['FLOAT32', 'INT32', 'INT64'].includes(type)) throw operator.unsupported(`numbers of type ${type}`);
    const [start, limit, step] = [0, 1, 2].map((position) => operator.number(position));
    // As TFLite does, real numbers are counted in float32.
    const round = type === 'FLOAT32' ? Math.fround : (value: number): number => value;
    const count = Math.ceil(round(round(limit - start) / step));
    if (!(count >= 1 && count <= MAXIMUM_NUMBERS)) {
      throw new FormatError(
        `tflite: ${operator.where}: from ${start} to ${limit} in steps of ${step} are ${count} numbers, not 1 to ${MAXIMUM_NUMBERS}.`,
      );
    }
    const dtype = type === 'FLOAT32' ? 'float32' : 'int32';
    return () => ({
      constant: { dtype, shape: [count] },
      fill(data) {
        data[0] = start;
        // As TFLite does, rounding each time.
        for (let i = 1; i < count; i++) data[i] = data[i - 1] + step;
      },
    });
  },
};
