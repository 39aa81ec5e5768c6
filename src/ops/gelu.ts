import type { OpDefinition } from './define-op.ts';
import { erf } from './lib/erf.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export interface GeluAttributes {
  /** x/2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³))) instead. */
  readonly isApproximate: boolean;
}

/**
 * Gaussian error linear unit: y = x · Φ(x) = x/2 · (1 + erf(x/√2)).
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see Hendrycks and Gimpel 2016, arXiv:1606.08415; TFLite GELU, ONNX Gelu
 */
export const gelu: OpDefinition<GeluAttributes> = defineUnaryOp<GeluAttributes>({
  name: 'gelu',
  evaluate: (x, { isApproximate }) => (isApproximate ? approximateGelu(x) : (x / 2) * (1 + erf(x / Math.SQRT2))),
  constants: ({ isApproximate }) => ({ APPROXIMATE: isApproximate ? 1 : 0 }),
  operationsPerElement: 16,
});

function approximateGelu(x: number): number {
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}
