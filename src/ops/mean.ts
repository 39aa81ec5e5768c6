import type { OpDefinition } from './define-op.ts';
import { defineReduction, type ReductionAttributes } from './lib/reduction.ts';

/**
 * Mean over whole axes: y = Σx / count. On 8-bit codes y = clamp(requantize(Σ(q − zx), sx / (sy · count)) + zy).
 * Input of any shape, float32 or 8-bit codes; in the output the averaged axes have size 1 or are gone.
 * @see TFLite MEAN, ONNX ReduceMean
 */
export const mean: OpDefinition<ReductionAttributes> = defineReduction({
  name: 'mean',
  quantization: { output: 'calibrated' },
  combine: (a, b) => a + b,
  shader: 'combine-sum',
  neutral: 0,
  isMean: true,
  zeroPoints: 'added',
});
