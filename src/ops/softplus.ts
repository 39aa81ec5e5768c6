import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type SoftplusAttributes = Readonly<Record<string, never>>;

/**
 * y = ln(1 + eˣ).
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see ONNX Softplus
 */
export const softplus: OpDefinition<SoftplusAttributes> = defineUnaryOp<SoftplusAttributes>({
  name: 'softplus',
  evaluate: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  operationsPerElement: 8,
});
