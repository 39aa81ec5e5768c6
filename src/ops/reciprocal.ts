import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type ReciprocalAttributes = Readonly<Record<string, never>>;

/**
 * Reciprocal: y = 1 / x, x ≠ 0.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see ONNX Reciprocal
 */
export const reciprocal: OpDefinition<ReciprocalAttributes> = defineUnaryOp<ReciprocalAttributes>({
  name: 'reciprocal',
  evaluate: (x) => 1 / x,
  operationsPerElement: 1,
});
