import { ShapeError } from '../errors.ts';
import { codeRange, type TensorData } from './dtype.ts';
import { fromFloat16Bits } from './float16.ts';
import { dequantizeValue, entryOf, type Quantization, quantizeValue, scaleAt, zeroPointAt } from './quantization.ts';
import type { Shape } from './shape.ts';
import { emptyTensor, type Tensor, type TensorType } from './tensor.ts';

/**
 * Codes of real numbers, as ONNX QuantizeLinear makes them: saturate(roundTiesEven(x / scale) + zeroPoint).
 * @param tensor float32
 * @param type int8 or uint8 with its quantization; its shape is not looked at
 * @returns a tensor of the given type and the shape of `tensor`
 * @throws ShapeError for other types
 */
export function quantizeTensor(tensor: Tensor, type: TensorType): Tensor {
  const { dtype, quantization } = type;
  if (tensor.dtype !== 'float32' || (dtype !== 'int8' && dtype !== 'uint8') || quantization === undefined) {
    throw new ShapeError(
      `quantizeTensor: from ${tensor.dtype} to ${dtype} ${quantization === undefined ? 'without' : 'with'} a scale. It makes quantized int8 or uint8 of float32.`,
    );
  }
  const result = emptyTensor({ dtype, shape: tensor.shape, quantization });
  const [low, high] = codeRange(dtype);
  const { data } = result;
  const indexOf = entryOf(quantization, tensor.shape);
  for (let i = 0; i < data.length; i++) {
    const entry = indexOf(i);
    data[i] = quantizeValue(tensor.data[i], scaleAt(quantization, entry), zeroPointAt(quantization, entry), low, high);
  }
  return result;
}

/**
 * The real numbers that a tensor stands for: float32(scale · float32(code − zeroPoint)), the numbers of float16 bits, or its
 * elements where it has no quantization.
 */
export function dequantizeTensor({
  data,
  dtype,
  shape,
  quantization,
}: Tensor): Tensor & { readonly data: Float32Array } {
  const reals = new Float32Array(data.length);
  if (quantization !== undefined) dequantizeCodes(data, shape, quantization, reals);
  else for (let i = 0; i < data.length; i++) reals[i] = dtype === 'float16' ? fromFloat16Bits(data[i]) : data[i];
  return { dtype: 'float32', shape, data: reals };
}

/**
 * float32(scale · float32(code − zeroPoint)) of every code.
 * @param reals as long as the codes
 */
export function dequantizeCodes(
  codes: ArrayLike<number>,
  shape: Shape,
  quantization: Quantization,
  reals: TensorData,
): void {
  const indexOf = entryOf(quantization, shape);
  for (let i = 0; i < codes.length; i++) {
    const entry = indexOf(i);
    reals[i] = dequantizeValue(codes[i], scaleAt(quantization, entry), zeroPointAt(quantization, entry));
  }
}
