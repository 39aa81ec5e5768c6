import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type FloorAttributes = Readonly<Record<string, never>>;

/**
 * The largest whole number that is not above: y = ⌊x⌋.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite FLOOR, ONNX Floor
 */
export const floor: OpDefinition<FloorAttributes> = defineUnaryOp<FloorAttributes>({
  name: 'floor',
  evaluate: (x) => Math.floor(x),
  operationsPerElement: 1,
});
