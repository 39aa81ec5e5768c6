import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type SiluAttributes = Readonly<Record<string, never>>;

/**
 * Also known as swish: y = x / (1 + e⁻ˣ).
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see Ramachandran et al. 2017, arXiv:1710.05941
 */
export const silu: OpDefinition<SiluAttributes> = defineUnaryOp<SiluAttributes>({
  name: 'silu',
  evaluate: (x) => x / (1 + Math.exp(-x)),
  operationsPerElement: 5,
});
