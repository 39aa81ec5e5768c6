import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type SquareAttributes = Readonly<Record<string, never>>;

/**
 * Square: y = x².
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite SQUARE
 */
export const square: OpDefinition<SquareAttributes> = defineUnaryOp<SquareAttributes>({
  name: 'square',
  evaluate: (x) => x * x,
  operationsPerElement: 1,
});
