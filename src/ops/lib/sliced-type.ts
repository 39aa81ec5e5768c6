import { ShapeError } from '../../errors.ts';
import type { Quantization } from '../../tensor/quantization.ts';
import { elementCount, formatShape, type Shape } from '../../tensor/shape.ts';
import type { TensorType } from '../../tensor/tensor.ts';
import { denseStrides, offsetAt } from './axes.ts';

/**
 * Type of what is left when some indices of each axis are taken: begin, begin + stride, …, `size` of them. A quantization
 * along an axis, or in blocks, keeps the entries of the indices that stay.
 * @param strides 1 along every axis by default
 * @throws ShapeError where blocks would be cut
 */
export function slicedType(type: TensorType, begin: Shape, size: Shape, strides?: readonly number[]): TensorType {
  const { dtype, shape, quantization } = type;
  if (quantization?.axis === undefined || quantization.scales.length === 1) return { ...type, shape: size };
  const { axis, blockSize } = quantization;
  const step = strides?.[axis] ?? 1;
  if (blockSize === undefined) {
    const taken = taking(
      quantization,
      Array.from({ length: size[axis] }, (_, index) => begin[axis] + index * step),
    );
    return { dtype, shape: size, quantization: taken };
  }
  const isWhole =
    begin[axis] % blockSize === 0 && (size[axis] % blockSize === 0 || begin[axis] + size[axis] === shape[axis]);
  if (step !== 1 || !isWhole) {
    throw new ShapeError(
      `slice: ${formatShape(size)} of ${formatShape(shape)} at ${formatShape(begin)} cuts the blocks of ${blockSize} indices of axis ${axis} that share a scale. Dequantize before it, or take whole blocks.`,
    );
  }
  const blocks = size.with(axis, Math.ceil(size[axis] / blockSize));
  const pitches = denseStrides(shape.with(axis, Math.ceil(shape[axis] / blockSize)));
  const first = begin
    .with(axis, begin[axis] / blockSize)
    .reduce((sum, index, other) => sum + index * pitches[other], 0);
  const steps = pitches.map((pitch, other) => pitch * (strides?.[other] ?? 1));
  const entries = Array.from({ length: elementCount(blocks) }, (_, index) => first + offsetAt(index, blocks, steps));
  return { dtype, shape: size, quantization: taking(quantization, entries) };
}

function taking({ scales, zeroPoints, ...rest }: Quantization, entries: readonly number[]): Quantization {
  return {
    ...rest,
    scales: entries.map((entry) => scales[entry]),
    zeroPoints: entries.map((entry) => zeroPoints[entry]),
  };
}
