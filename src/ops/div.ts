import type { OpDefinition } from './define-op.ts';
import { type BinaryAttributes, defineBinaryOp } from './lib/binary-op.ts';
import { tabulated } from './lib/pair-table.ts';

/**
 * Quotient of two tensors: y = activation(a / b), b ≠ 0.
 * Inputs of shapes that broadcast; the output has the broadcast shape. A quotient of int32 numbers is rounded towards
 * zero; one divided by 0 stays as it is.
 * @see TFLite DIV, ONNX Div
 */
export const div: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'div',
  evaluate: divOf,
  shader: 'combine-quotient',
  codes: tabulated(divOf),
  int32: { evaluate: (a, b) => (b === 0 ? a : (a / b) | 0), shader: 'combine-quotient' },
});

function divOf(a: number, b: number): number {
  return a / b;
}
