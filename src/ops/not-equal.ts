import type { OpDefinition } from './define-op.ts';
import { type ComparisonAttributes, defineComparison, orders } from './lib/comparison.ts';

/**
 * Whether two numbers differ: 1 or 0, element by element.
 * Inputs of one dtype, float32, int32 or 8-bit codes, and of shapes that broadcast; the output, int32, has the broadcast
 * shape.
 * @see TFLite NOT_EQUAL, ONNX Equal with Not
 */
export const notEqual: OpDefinition<ComparisonAttributes> = defineComparison(
  'not-equal',
  orders.unordered + orders.less + orders.greater,
);
