import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type SigmoidAttributes = Readonly<Record<string, never>>;

/**
 * Logistic function: y = 1 / (1 + e⁻ˣ).
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite LOGISTIC, ONNX Sigmoid
 */
export const sigmoid: OpDefinition<SigmoidAttributes> = defineUnaryOp<SigmoidAttributes>({
  name: 'sigmoid',
  evaluate: (x) => 1 / (1 + Math.exp(-x)),
  operationsPerElement: 4,
  quantization: { scales: [1 / 256], zeroPoints: [-128] },
});
