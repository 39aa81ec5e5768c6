import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export interface HardSigmoidAttributes {
  /** Slope; 0.2 in ONNX by default, 1/6 in MobileNetV3. */
  readonly alpha: number;
  /** Value at zero; 0.5. */
  readonly beta: number;
}

/**
 * y = clamp(alpha · x + beta, 0, 1).
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see ONNX HardSigmoid
 */
export const hardSigmoid: OpDefinition<HardSigmoidAttributes> = defineUnaryOp<HardSigmoidAttributes>({
  name: 'hard-sigmoid',
  evaluate: (x, { alpha, beta }) => Math.min(Math.max(alpha * x + beta, 0), 1),
  constants: ({ alpha, beta }) => ({ ALPHA: alpha, BETA: beta }),
  operationsPerElement: 4,
});
