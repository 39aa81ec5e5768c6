import { NumericError } from '../errors.ts';
import { codeRange } from '../tensor/dtype.ts';
import { perTensor } from '../tensor/quantization.ts';
import { callLayer, type LayerFunction, type LayerOptions } from './value.ts';

export interface QuantizeLinearOptions extends LayerOptions {
  /** Default int8. */
  readonly dtype?: 'int8' | 'uint8';
  /** Real size of one step; finite and positive. */
  readonly scale: number;
  /** The code of 0. Default 0. */
  readonly zeroPoint?: number;
}

/** float32, or codes of another scale, to codes: saturate(roundTiesEven(x / scale) + zeroPoint). */
export function quantizeLinear({ dtype = 'int8', scale, zeroPoint = 0, name }: QuantizeLinearOptions): LayerFunction {
  const [low, high] = codeRange(dtype);
  if (
    !(scale > 0 && Number.isFinite(scale)) ||
    !(Number.isInteger(zeroPoint) && zeroPoint >= low && zeroPoint <= high)
  ) {
    throw new NumericError(
      `quantize "${name ?? 'quantize'}": scale ${scale} must be finite and positive, zero point ${zeroPoint} an integer in ${low} to ${high}.`,
    );
  }
  const quantization = perTensor(Math.fround(scale), zeroPoint);
  return (x) => callLayer({ op: 'quantize', name, attributes: {}, operands: [x], output: { dtype, quantization } });
}

/** Codes to float32: scale · (code − zeroPoint). */
export function dequantizeLinear({ name }: LayerOptions = {}): LayerFunction {
  return (x) => callLayer({ op: 'dequantize', name, attributes: {}, operands: [x], output: { dtype: 'float32' } });
}
