import type { OpDefinition } from './define-op.ts';
import { defineReduction, type ReductionAttributes } from './lib/reduction.ts';

/**
 * Product over whole axes: y = Πx. An int32 product wraps around.
 * Input of any shape, float32 or int32; in the output the reduced axes have size 1 or are gone.
 * @see TFLite REDUCE_PROD, ONNX ReduceProd
 */
export const prod: OpDefinition<ReductionAttributes> = defineReduction({
  name: 'prod',
  combine: (a, b) => a * b,
  shader: 'combine-product',
  neutral: 1,
  int32: Math.imul,
});
