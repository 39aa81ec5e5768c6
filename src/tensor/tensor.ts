import { ShapeError } from '../errors.ts';
import { allocateData, type DType, type TensorData } from './dtype.ts';
import type { Quantization } from './quantization.ts';
import { elementCount, formatShape, type Shape } from './shape.ts';

/** What is known of a value without its data. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Present when the codes of an int8, uint8 or int32 value stand for real numbers. */
  readonly quantization?: Quantization;
}

/** A dense row-major array on the host. */
export interface Tensor extends TensorType {
  readonly data: TensorData;
}

/** A tensor over existing data. @throws ShapeError when the length does not match the shape */
export function createTensor(type: TensorType, data: TensorData): Tensor {
  const expected = elementCount(type.shape);
  if (data.length !== expected) {
    throw new ShapeError(
      `tensor ${formatShape(type.shape)} needs ${expected} elements, the data has ${data.length}. Check the shape or the data.`,
    );
  }
  return { ...type, data };
}

/** A zero-filled tensor. */
export function emptyTensor(type: TensorType): Tensor {
  return { ...type, data: allocateData(type.dtype, elementCount(type.shape)) };
}
