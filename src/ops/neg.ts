import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type NegAttributes = Readonly<Record<string, never>>;

/**
 * Negation: y = −x.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite NEG, ONNX Neg
 */
export const neg: OpDefinition<NegAttributes> = defineUnaryOp<NegAttributes>({
  name: 'neg',
  evaluate: (x) => -x,
  operationsPerElement: 1,
});
