import type { OpDefinition } from './define-op.ts';
import { defineReduction, type ReductionAttributes } from './lib/reduction.ts';

/**
 * The largest number over whole axes. Codes of another quantization than the output's are rescaled:
 * y = clamp(requantize(max q − zx, sx / sy) + zy).
 * Input of any shape, float32, int32 or 8-bit codes; in the output the reduced axes have size 1 or are gone.
 * @see TFLite REDUCE_MAX and, on booleans, REDUCE_ANY; ONNX ReduceMax
 */
export const reduceMax: OpDefinition<ReductionAttributes> = defineReduction({
  name: 'reduce-max',
  quantization: { output: 'input' },
  combine: Math.max,
  shader: 'combine-maximum',
  neutral: -Infinity,
  zeroPoints: 'kept',
  int32: Math.max,
});
