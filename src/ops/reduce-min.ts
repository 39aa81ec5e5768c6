import type { OpDefinition } from './define-op.ts';
import { defineReduction, type ReductionAttributes } from './lib/reduction.ts';

/**
 * The smallest number over whole axes. Codes of another quantization than the output's are rescaled:
 * y = clamp(requantize(min q − zx, sx / sy) + zy).
 * Input of any shape, float32, int32 or 8-bit codes; in the output the reduced axes have size 1 or are gone.
 * @see TFLite REDUCE_MIN and, on booleans, REDUCE_ALL; ONNX ReduceMin
 */
export const reduceMin: OpDefinition<ReductionAttributes> = defineReduction({
  name: 'reduce-min',
  quantization: { output: 'input' },
  combine: Math.min,
  shader: 'combine-minimum',
  neutral: Infinity,
  zeroPoints: 'kept',
  int32: Math.min,
});
