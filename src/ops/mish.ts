import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type MishAttributes = Readonly<Record<string, never>>;

/**
 * y = x · tanh(ln(1 + eˣ)).
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see Misra 2019, arXiv:1908.08681; ONNX Mish
 */
export const mish: OpDefinition<MishAttributes> = defineUnaryOp<MishAttributes>({
  name: 'mish',
  evaluate: (x) => x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  operationsPerElement: 9,
});
