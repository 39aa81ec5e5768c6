import type { OpDefinition } from './define-op.ts';
import { defineUnaryOp } from './lib/unary-op.ts';

export type LogAttributes = Readonly<Record<string, never>>;

/**
 * Natural logarithm: y = ln x, x > 0.
 * Input of any shape, float32 or 8-bit codes; the output has the same shape.
 * @see TFLite LOG, ONNX Log
 */
export const log: OpDefinition<LogAttributes> = defineUnaryOp<LogAttributes>({
  name: 'log',
  evaluate: (x) => Math.log(x),
  operationsPerElement: 4,
});
