import type { OpDefinition } from './define-op.ts';
import { type ComparisonAttributes, defineComparison, orders } from './lib/comparison.ts';

/**
 * Whether a number is less than another: 1 or 0, element by element.
 * Inputs of one dtype, float32, int32 or 8-bit codes, and of shapes that broadcast; the output, int32, has the broadcast
 * shape.
 * @see TFLite LESS, ONNX Less
 */
export const less: OpDefinition<ComparisonAttributes> = defineComparison('less', orders.less);
