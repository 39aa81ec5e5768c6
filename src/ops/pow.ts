import type { OpDefinition } from './define-op.ts';
import { type BinaryAttributes, defineBinaryOp } from './lib/binary-op.ts';
import { tabulated } from './lib/pair-table.ts';

/**
 * Power of two tensors, element by element: y = activation(aᵇ). Where a is negative, b must be a whole number.
 * Inputs of shapes that broadcast; the output has the broadcast shape.
 * @see TFLite POW, ONNX Pow
 */
export const pow: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'pow',
  evaluate: powOf,
  shader: 'combine-power',
  codes: tabulated(powOf),
});

function powOf(a: number, b: number): number {
  return a ** b;
}
