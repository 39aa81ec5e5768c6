import { normalizeAxis } from '../../../tensor/shape.ts';
import type { OperatorFamily } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

/** The indices of some axes the other way round. */
export const reverse: OperatorFamily = {
  types: ['REVERSE_V2'],
  takesInt32: true,
  inputCount: [2, 2],
  parameters: [1],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    const stored = operator.integers(1);
    return ([x]) => {
      const { shape } = x!;
      const axes = stored.map((axis) => normalizeAxis(axis, shape.length, `tflite: ${operator.where}`));
      const strides = shape.map((_, axis) => (axes.includes(axis) ? -1 : 1));
      const begin = shape.map((size, axis) => (axes.includes(axis) ? size - 1 : 0));
      return { op: 'slice', attributes: { begin, size: shape, strides } };
    };
  },
};
