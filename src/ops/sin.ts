import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type SinAttributes = Readonly<Record<string, never>>;

/**
 * Sine: y = sin x, x in radians.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite SIN, ONNX Sin
 */
export const sin: OpDefinition<SinAttributes> = defineUnaryOp<SinAttributes>({
  name: 'sin',
  evaluate: (x) => Math.sin(x),
  operationsPerElement: 4,
});
