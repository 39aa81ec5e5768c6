import { normalizeAxis } from '../../../tensor/shape.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(10, 'ConcatenationOptions', { axis: 0, fused_activation_function: 1 });

export const concatenation: OperatorFamily = {
  types: ['CONCATENATION'],
  takesInt32: true,
  inputCount: [1, Infinity],
  read(operator) {
    const options = operator.options(schema);
    requireSameType(operator, operator.inputs);
    const activation = operator.activation(options.int8('fused_activation_function'));
    const axis = options.int32('axis');
    return ([x]) => ({
      op: 'concat',
      attributes: { axis: normalizeAxis(axis, x!.shape.length, `tflite: ${operator.where}`), activation },
    });
  },
};
