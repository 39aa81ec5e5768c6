import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type TanhAttributes = Readonly<Record<string, never>>;

/**
 * Hyperbolic tangent: y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite TANH, ONNX Tanh
 */
export const tanh: OpDefinition<TanhAttributes> = defineUnaryOp<TanhAttributes>({
  name: 'tanh',
  evaluate: (x) => Math.tanh(x),
  operationsPerElement: 6,
  quantization: { scales: [1 / 128], zeroPoints: [0] },
});
