import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export interface LeakyReluAttributes {
  /** Slope below zero. */
  readonly alpha: number;
}

/**
 * y = x where it is positive, else alpha · x.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite LEAKY_RELU, ONNX LeakyRelu
 */
export const leakyRelu: OpDefinition<LeakyReluAttributes> = defineUnaryOp<LeakyReluAttributes>({
  name: 'leaky-relu',
  evaluate: (x, { alpha }) => (x > 0 ? x : alpha * x),
  constants: ({ alpha }) => ({ ALPHA: alpha }),
  operationsPerElement: 2,
});
