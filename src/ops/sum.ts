import type { OpDefinition } from './define-op.ts';
import { defineReduction, type ReductionAttributes } from './lib/reduction.ts';

/**
 * Sum over whole axes: y = Σx. On 8-bit codes y = clamp(requantize(Σ(q − zx), sx / sy) + zy); int32 sums wrap around.
 * Input of any shape, float32, int32 or 8-bit codes; in the output the summed axes have size 1 or are gone.
 * @see TFLite SUM, ONNX ReduceSum
 */
export const sum: OpDefinition<ReductionAttributes> = defineReduction({
  name: 'sum',
  quantization: { output: 'calibrated' },
  combine: (a, b) => a + b,
  shader: 'combine-sum',
  neutral: 0,
  zeroPoints: 'added',
  int32: (a, b) => (a + b) | 0,
});
