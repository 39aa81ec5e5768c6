import { roundTiesEven } from '../tensor/quantization.ts';
import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type RoundAttributes = Readonly<Record<string, never>>;

/**
 * The nearest whole number, halves to the even neighbour.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite ROUND, ONNX Round
 */
export const round: OpDefinition<RoundAttributes> = defineUnaryOp<RoundAttributes>({
  name: 'round',
  evaluate: (x) => roundTiesEven(x),
  operationsPerElement: 1,
});
