import { ShapeError } from '../errors.ts';
import { codeRange } from './dtype.ts';
import { fromFloat16Bits } from './float16.ts';
import { dequantizeValue, quantizeValue, scaleAt, zeroPointAt, type Quantization } from './quantization.ts';
import { elementCount } from './shape.ts';
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
  const indexOf = channelIndex(tensor, quantization);
  for (let i = 0; i < result.data.length; i++) {
    const channel = indexOf(i);
    const { data } = result;
    data[i] = quantizeValue(
      tensor.data[i],
      scaleAt(quantization, channel),
      zeroPointAt(quantization, channel),
      low,
      high,
    );
  }
  return result;
}

/**
 * The real numbers that a tensor stands for: float32(scale · (code − zeroPoint)), the numbers of float16 bits, or its
 * elements where it has no quantization.
 */
export function dequantizeTensor(tensor: Tensor): Tensor & { readonly data: Float32Array } {
  const { quantization, data, shape } = tensor;
  const reals = new Float32Array(data.length);
  if (tensor.dtype === 'float16') {
    for (let i = 0; i < data.length; i++) reals[i] = fromFloat16Bits(data[i]);
    return { dtype: 'float32', shape, data: reals };
  }
  const indexOf = channelIndex(tensor, quantization);
  for (let i = 0; i < data.length; i++) {
    if (quantization === undefined) {
      reals[i] = data[i];
      continue;
    }
    const channel = indexOf(i);
    reals[i] = dequantizeValue(data[i], scaleAt(quantization, channel), zeroPointAt(quantization, channel));
  }
  return { dtype: 'float32', shape, data: reals };
}

/** From the index of an element to its index along the quantized axis. */
function channelIndex({ shape }: Tensor, quantization: Quantization | undefined): (element: number) => number {
  const axis = quantization?.axis;
  if (axis === undefined) return () => 0;
  const inner = elementCount(shape.slice(axis + 1));
  return (element) => Math.floor(element / inner) % shape[axis];
}
