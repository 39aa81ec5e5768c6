import type { OpDefinition } from './define-op.ts';
import { type BinaryAttributes, defineBinaryOp } from './lib/binary-op.ts';
import { tabulated } from './lib/pair-table.ts';

/**
 * The larger of two tensors, element by element: y = activation(max(a, b)).
 * Inputs of shapes that broadcast; the output has the broadcast shape.
 * @see TFLite MAXIMUM, ONNX Max
 */
export const maximum: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'maximum',
  evaluate: maximumOf,
  shader: 'combine-maximum',
  codes: tabulated(maximumOf),
  int32: { evaluate: maximumOf, shader: 'combine-maximum' },
});

function maximumOf(a: number, b: number): number {
  return Math.max(a, b);
}
