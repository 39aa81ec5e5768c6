import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type ExpAttributes = Readonly<Record<string, never>>;

/**
 * Exponential: y = eˣ.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite EXP, ONNX Exp
 */
export const exp: OpDefinition<ExpAttributes> = defineUnaryOp<ExpAttributes>({
  name: 'exp',
  evaluate: (x) => Math.exp(x),
  operationsPerElement: 4,
});
