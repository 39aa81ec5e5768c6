import type { OpDefinition } from './define-op.ts';
import { type BinaryAttributes, defineBinaryOp } from './lib/binary-op.ts';
import { tabulated } from './lib/pair-table.ts';

/**
 * What is left of a division rounded down: y = a − b · ⌊a / b⌋, b ≠ 0, with the sign of b.
 * Inputs of shapes that broadcast; the output has the broadcast shape. An int32 divided by 0 stays as it is.
 * @see TFLite FLOOR_MOD, ONNX Mod (of integers)
 */
export const floorMod: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'floor-mod',
  evaluate: floorModOf,
  shader: 'combine-floor-remainder',
  codes: tabulated(floorModOf),
  int32: { evaluate: (a, b) => (b === 0 ? a : floorModOf(a, b) | 0), shader: 'combine-floor-remainder-int32' },
});

function floorModOf(a: number, b: number): number {
  const remainder = a % b;
  return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
}
