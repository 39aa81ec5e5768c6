import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type SignAttributes = Readonly<Record<string, never>>;

/**
 * y = 1, 0 or −1, as x is above, at or below zero.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite SIGN, ONNX Sign
 */
export const sign: OpDefinition<SignAttributes> = defineUnaryOp<SignAttributes>({
  name: 'sign',
  evaluate: (x) => Math.sign(x),
  operationsPerElement: 1,
});
