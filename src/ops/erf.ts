import type { OpDefinition } from './define-op.ts';
import { erf as errorFunction } from './lib/erf.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type ErfAttributes = Readonly<Record<string, never>>;

/**
 * Error function: y = 2/√π ∫₀ˣ e^(−t²) dt.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see ONNX Erf
 */
export const erf: OpDefinition<ErfAttributes> = defineUnaryOp<ErfAttributes>({
  name: 'erf',
  evaluate: errorFunction,
  operationsPerElement: 14,
});
