import type { OpDefinition } from './define-op.ts';
import { type BinaryAttributes, defineBinaryOp } from './lib/binary-op.ts';
import { tabulated } from './lib/pair-table.ts';

/**
 * Quotient of two tensors, rounded down: y = ⌊a / b⌋, b ≠ 0.
 * Inputs of shapes that broadcast; the output has the broadcast shape. An int32 divided by 0 stays as it is.
 * @see TFLite FLOOR_DIV
 */
export const floorDiv: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'floor-div',
  evaluate: floorDivOf,
  shader: 'combine-floor-quotient',
  codes: tabulated(floorDivOf),
  int32: { evaluate: (a, b) => (b === 0 ? a : Math.floor(a / b) | 0), shader: 'combine-floor-quotient-int32' },
});

function floorDivOf(a: number, b: number): number {
  return Math.floor(a / b);
}
