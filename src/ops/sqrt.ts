import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type SqrtAttributes = Readonly<Record<string, never>>;

/**
 * Square root: y = √x, x ≥ 0.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite SQRT, ONNX Sqrt
 */
export const sqrt: OpDefinition<SqrtAttributes> = defineUnaryOp<SqrtAttributes>({
  name: 'sqrt',
  evaluate: (x) => Math.sqrt(x),
  operationsPerElement: 1,
});
