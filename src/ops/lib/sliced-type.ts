import type { Quantization } from '../../tensor/quantization.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { TensorType } from '../../tensor/tensor.ts';

/**
 * Type of what is left when some indices of each axis are taken: begin, begin + stride, …, `size` of them. A quantization
 * along an axis keeps the entries of the indices that stay.
 * @param strides 1 along every axis by default
 */
export function slicedType(type: TensorType, begin: Shape, size: Shape, strides?: readonly number[]): TensorType {
  const { dtype, quantization } = type;
  if (quantization?.axis === undefined || quantization.scales.length === 1) return { ...type, shape: size };
  const { axis } = quantization;
  const take = (entries: readonly number[]): readonly number[] =>
    Array.from({ length: size[axis] }, (_, index) => entries[begin[axis] + index * (strides?.[axis] ?? 1)]);
  const taken: Quantization = { scales: take(quantization.scales), zeroPoints: take(quantization.zeroPoints), axis };
  return { dtype, shape: size, quantization: taken };
}
