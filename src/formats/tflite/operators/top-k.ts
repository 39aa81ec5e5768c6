import { FormatError } from '../../../errors.ts';
import type { OperatorFamily } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

/** The largest elements of each row and their places, as many as a constant says. */
export const topK: OperatorFamily = {
  types: ['TOPK_V2'],
  takesInt32: true,
  inputCount: [2, 2],
  outputCount: [2, 2],
  parameters: [1],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    const [, indices] = operator.outputs;
    if (indices.type !== 'INT32') throw operator.unsupported(`indices of type ${indices.type}`);
    const counts = operator.integers(1);
    if (counts.length !== 1) {
      throw new FormatError(`tflite: ${operator.where}: there are ${counts.length} counts, expected one.`);
    }
    const [k] = counts;
    return () => ({
      steps: [{ op: 'top-k', attributes: { k }, operands: [{ input: 0 }] }],
      outputs: [0, { step: 0, result: 1 }],
    });
  },
};
