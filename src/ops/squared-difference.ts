import type { OpDefinition } from './define-op.ts';
import { type BinaryAttributes, defineBinaryOp } from './lib/binary-op.ts';
import { tabulated } from './lib/pair-table.ts';

/**
 * Square of the difference of two tensors: y = activation((a − b)²).
 * Inputs of shapes that broadcast; the output has the broadcast shape.
 * @see TFLite SQUARED_DIFFERENCE
 */
export const squaredDifference: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'squared-difference',
  evaluate: squaredDifferenceOf,
  shader: 'combine-squared-difference',
  codes: tabulated(squaredDifferenceOf),
  int32: { evaluate: (a, b) => Math.imul(a - b, a - b), shader: 'combine-squared-difference' },
});

function squaredDifferenceOf(a: number, b: number): number {
  return (a - b) ** 2;
}
