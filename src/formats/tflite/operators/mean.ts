import { normalizeAxis } from '../../../tensor/shape.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(27, 'ReducerOptions', { keep_dims: 0 });

export const mean: OperatorFamily = {
  types: ['MEAN'],
  inputCount: [2, 2],
  parameters: [1],
  read(operator) {
    requireSameType(operator, operator.inputs.slice(0, 1));
    const keepDims = operator.options(schema).boolean('keep_dims');
    const stored = operator.integers(1);
    return ([x]) => {
      const axes = stored.map((axis) => normalizeAxis(axis, x!.shape.length, `tflite: ${operator.where}`));
      return { op: 'mean', attributes: { axes: [...new Set(axes)].sort((a, b) => a - b), keepDims } };
    };
  },
};
