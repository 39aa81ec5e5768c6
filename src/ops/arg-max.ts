import type { OpDefinition } from './define-op.ts';
import { type ArgExtremeAttributes, defineArgExtreme } from './lib/arg-extreme.ts';

/**
 * Where along an axis the largest element is; of equal ones, the first.
 * Input of any shape, float32 or 8-bit codes; the output, int32, lacks the axis or has it with size 1.
 * @see TFLite ARG_MAX, ONNX ArgMax
 */
export const argMax: OpDefinition<ArgExtremeAttributes> = defineArgExtreme('arg-max', (value, best) => value > best);
