import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type AbsAttributes = Readonly<Record<string, never>>;

/**
 * Magnitude: y = |x|.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite ABS, ONNX Abs
 */
export const abs: OpDefinition<AbsAttributes> = defineUnaryOp<AbsAttributes>({
  name: 'abs',
  evaluate: (x) => Math.abs(x),
  operationsPerElement: 1,
});
