import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type CosAttributes = Readonly<Record<string, never>>;

/**
 * Cosine: y = cos x, x in radians.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite COS, ONNX Cos
 */
export const cos: OpDefinition<CosAttributes> = defineUnaryOp<CosAttributes>({
  name: 'cos',
  evaluate: (x) => Math.cos(x),
  operationsPerElement: 4,
});
