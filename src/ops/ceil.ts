import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type CeilAttributes = Readonly<Record<string, never>>;

/**
 * The smallest whole number that is not below: y = ⌈x⌉.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite CEIL, ONNX Ceil
 */
export const ceil: OpDefinition<CeilAttributes> = defineUnaryOp<CeilAttributes>({
  name: 'ceil',
  evaluate: (x) => Math.ceil(x),
  operationsPerElement: 1,
});
