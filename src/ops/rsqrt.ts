import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type RsqrtAttributes = Readonly<Record<string, never>>;

/**
 * Reciprocal of the square root: y = 1 / √x, x > 0.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite RSQRT
 */
export const rsqrt: OpDefinition<RsqrtAttributes> = defineUnaryOp<RsqrtAttributes>({
  name: 'rsqrt',
  evaluate: (x) => 1 / Math.sqrt(x),
  operationsPerElement: 1,
});
