import { broadcastShapes } from '../../../tensor/shape.ts';
import type { OperatorFamily } from '../operator.ts';
import { requireIntegers } from '../operator-types.ts';

/** The shape that two shapes broadcast to. */
export const broadcastArgs: OperatorFamily = {
  types: ['BROADCAST_ARGS'],
  takesInt32: true,
  inputCount: [2, 2],
  parameters: [0, 1],
  read(operator) {
    requireIntegers(operator, [operator.output]);
    const sizes = broadcastShapes(operator.integers(0), operator.integers(1), `tflite: ${operator.where}`);
    return () => ({ constant: { dtype: 'int32', shape: [sizes.length] }, fill: (data) => data.set(sizes) });
  },
};
