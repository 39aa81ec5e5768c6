import { UnsupportedOpError } from '../errors.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { broadcastConstants } from './lib/broadcast.ts';
import { type ComparisonAttributes, comparisonDispatch, orders } from './lib/comparison.ts';
import { elementwisePartition } from './lib/elementwise.ts';
import { operand, operandType } from './lib/operands.ts';
import { reorderElementwise } from './lib/reorder.ts';

/**
 * Whether a number is 0: 1 or 0, element by element. Booleans are the int32 numbers 0 and 1, so this turns them round;
 * `minimum`, `maximum` and `not-equal` are their and, or and exclusive or.
 * Input int32 or float32 of any shape; the output, int32, has the same shape.
 * @see TFLite LOGICAL_NOT, ONNX Not
 */
export const logicalNot: OpDefinition<ComparisonAttributes> = defineOp({
  name: 'logical-not',
  inferShape: (context) => [operandType('logical-not', context, 0).shape],
  reference(context, inputs) {
    if (!isSupported(context)) {
      const dtypes = `${operandType('logical-not', context, 0).dtype} to ${context.outputs[0].dtype}`;
      throw new UnsupportedOpError(`logical-not "${context.name}": ${dtypes}. It goes from int32 or float32 to int32.`);
    }
    const x = operand('logical-not', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] === 0 ? 1 : 0;
    return [y];
  },
  kernels: [
    {
      name: 'compare',
      accepts: isSupported,
      dispatch(context) {
        const { shape } = context.outputs[0];
        const zero = { constant: 'zero', sizeBytes: 16, data: () => new Uint32Array(4) };
        // All leading axes merge into one.
        const broadcast = broadcastConstants([shape, []], shape)!;
        return comparisonDispatch(context, orders.equal, [{ input: 0 }, zero, { output: 0 }], broadcast);
      },
    },
  ],
  partition: elementwisePartition(),
  reorder: reorderElementwise,
});

function isSupported({ inputs: [x], outputs: [y] }: OpContext<ComparisonAttributes>): boolean {
  return (x?.dtype === 'int32' || x?.dtype === 'float32') && y.dtype === 'int32';
}
