import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export interface EluAttributes {
  /** Minus the limit far below zero; 1 in TFLite. */
  readonly alpha: number;
}

/**
 * y = x where it is positive, else alpha · (eˣ − 1).
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see Clevert et al. 2015, arXiv:1511.07289; TFLite ELU, ONNX Elu
 */
export const elu: OpDefinition<EluAttributes> = defineUnaryOp<EluAttributes>({
  name: 'elu',
  evaluate: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  constants: ({ alpha }) => ({ ALPHA: alpha }),
  operationsPerElement: 6,
});
