import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type HardSwishAttributes = Readonly<Record<string, never>>;

/**
 * y = x · clamp(x + 3, 0, 6) / 6.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see Howard et al. 2019, arXiv:1905.02244; TFLite HARD_SWISH, ONNX HardSwish
 */
export const hardSwish: OpDefinition<HardSwishAttributes> = defineUnaryOp<HardSwishAttributes>({
  name: 'hard-swish',
  evaluate: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  operationsPerElement: 4,
});
