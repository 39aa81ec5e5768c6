import { QuadotError } from '../../errors.ts';
import type { StatedValue } from '../../ops/lib/unsupported-operator.ts';
import { perTensor } from '../../tensor/quantization.ts';
import { elementCount, type Shape } from '../../tensor/shape.ts';
import type { TensorType } from '../../tensor/tensor.ts';
import type { FileTensor } from './model.ts';
import { isPossibleShape, tensorDType, tensorQuantization } from './tensor.ts';

// What a file says of tensors that an import cannot use, as far as it can be told.

/** Bits of an element of the types that a tensor of any size may have. */
const bits: Readonly<Record<string, number>> = {
  FLOAT64: 64,
  INT64: 64,
  UINT64: 64,
  COMPLEX64: 64,
  COMPLEX128: 128,
  FLOAT32: 32,
  INT32: 32,
  UINT32: 32,
  FLOAT16: 16,
  INT16: 16,
  UINT16: 16,
  INT8: 8,
  UINT8: 8,
  BOOL: 8,
  INT4: 4,
};

/** Sizes as the file has them, those that it leaves open as 1; empty where they are none. */
function statedShape({ shape }: FileTensor): Shape {
  const sizes = shape.map((size) => (size === -1 || size === 0 ? 1 : size));
  return isPossibleShape(sizes) ? sizes : [];
}

export function statedValue(tensor: FileTensor): StatedValue {
  const shape = statedShape(tensor);
  const width = Object.hasOwn(bits, tensor.type) ? bits[tensor.type] : 0;
  return { shape, type: tensor.type, bytes: Math.ceil((elementCount(shape) * width) / 8) };
}

/** A type that a graph can give it: float32 where it has none for the elements. */
export function stateType(tensor: FileTensor): TensorType {
  const shape = statedShape(tensor);
  const dtype = tensorDType(tensor) ?? 'float32';
  const isCodes = dtype === 'int8' || dtype === 'uint8' || dtype === 'int32';
  try {
    const quantization = isCodes ? tensorQuantization(tensor, shape) : undefined;
    if (quantization !== undefined) return { dtype, shape, quantization };
  } catch (error) {
    if (!(error instanceof QuadotError)) throw error;
  }
  return isCodes && dtype !== 'int32' ? { dtype, shape, quantization: perTensor(1) } : { dtype, shape };
}
