import { quantizeTensor, ShapeError, type Tensor, type TensorData, type TensorType } from '../node/index.ts';

/**
 * The elements of a tensor as an input takes them: as they are when the types agree; reals are quantized by the scale of
 * an 8-bit input.
 * @throws ShapeError for types that do not go together
 */
export function toInputData(where: string, tensor: Tensor, type: TensorType): TensorData {
  if (tensor.dtype === type.dtype) return tensor.data;
  if (tensor.dtype === 'float32' && type.quantization !== undefined) return quantizeTensor(tensor, type).data;
  throw new ShapeError(
    `${where}: the elements are ${tensor.dtype}, the input takes ${type.dtype}. Convert them before saving.`,
  );
}
