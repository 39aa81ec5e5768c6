import type { OpDefinition } from './define-op.ts';
import { type BinaryAttributes, defineBinaryOp } from './lib/binary-op.ts';
import { tabulated } from './lib/pair-table.ts';

/**
 * The smaller of two tensors, element by element: y = activation(min(a, b)).
 * Inputs of shapes that broadcast; the output has the broadcast shape.
 * @see TFLite MINIMUM, ONNX Min
 */
export const minimum: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'minimum',
  evaluate: minimumOf,
  shader: 'combine-minimum',
  codes: tabulated(minimumOf),
  int32: { evaluate: minimumOf, shader: 'combine-minimum' },
});

function minimumOf(a: number, b: number): number {
  return Math.min(a, b);
}
