import type { OperatorFamily } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

/** Axes in another order, which a constant gives. */
export const transpose: OperatorFamily = {
  types: ['TRANSPOSE'],
  takesInt32: true,
  inputCount: [2, 2],
  parameters: [1],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    const rank = operator.input(0).shape.length;
    const permutation = operator.integers(1).map((axis) => (axis < 0 ? axis + rank : axis));
    return () => ({ op: 'transpose', attributes: { permutation } });
  },
};
