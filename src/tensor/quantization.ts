import { NumericError } from '../errors.ts';

/**
 * Affine quantization: real = scale · (code − zeroPoint).
 * One entry per tensor, or one per index of `axis`.
 */
export interface Quantization {
  /** float32 values, all finite and positive. */
  readonly scales: readonly number[];
  /** Integers within the dtype's range, as many as scales. */
  readonly zeroPoints: readonly number[];
  /** The axis the entries run along; absent when there is one entry for the whole tensor. */
  readonly axis?: number;
}

const smallestNormalFloat32 = 2 ** -126;
export const largestFloat32: number = (2 - 2 ** -23) * 2 ** 127;

/** Nearest integer, halves to the even neighbour (IEEE 754 roundTiesToEven, WGSL `round`). */
export function roundTiesEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction < 0.5) return floor;
  if (fraction > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

export function perTensor(scale: number, zeroPoint = 0): Quantization {
  return { scales: [scale], zeroPoints: [zeroPoint] };
}

/** The scale at an index of the quantized axis (or the only one). */
export function scaleAt(quantization: Quantization, index: number): number {
  return quantization.scales.length === 1 ? quantization.scales[0] : quantization.scales[index];
}

export function zeroPointAt(quantization: Quantization, index: number): number {
  return quantization.zeroPoints.length === 1 ? quantization.zeroPoints[0] : quantization.zeroPoints[index];
}

/**
 * Code of a real number: saturate(roundTiesEven(float32(x / scale)) + zeroPoint), in ONNX QuantizeLinear's order.
 * Divides in float32; multiplying by a reciprocal moves exact ties.
 */
export function quantizeValue(value: number, scale: number, zeroPoint: number, low: number, high: number): number {
  return clamp(roundTiesEven(Math.fround(Math.fround(value) / Math.fround(scale))) + zeroPoint, low, high);
}

/** float32(scale · (code − zeroPoint)). */
export function dequantizeValue(code: number, scale: number, zeroPoint: number): number {
  return Math.fround(Math.fround(scale) * (code - zeroPoint));
}

/**
 * Parameters that cover [min, max] with the codes [low, high]; the range is widened to include 0 so that 0 is exact.
 * A scale under the smallest normal float32 becomes 1 with zeroPoint 0.
 * @throws NumericError when a bound is not finite
 */
export function chooseAsymmetric(min: number, max: number, low: number, high: number): Quantization {
  if (!Number.isFinite(min) || !Number.isFinite(max)) {
    throw new NumericError(`quantization: range [${min}, ${max}] is not finite. Look for NaN or overflow in the data.`);
  }
  const bottom = Math.min(min, 0);
  const scale = Math.fround((Math.max(max, 0) - bottom) / (high - low));
  if (scale < smallestNormalFloat32) return perTensor(1, clamp(0, low, high));
  return perTensor(scale, clamp(roundTiesEven(low - bottom / scale), low, high));
}

/**
 * Symmetric parameters for weights: codes ±127, zeroPoint 0.
 * @throws NumericError when the bound is not finite
 */
export function chooseSymmetric(maxMagnitude: number): Quantization {
  if (!Number.isFinite(maxMagnitude)) {
    throw new NumericError(
      `quantization: magnitude ${maxMagnitude} is not finite. Look for NaN or overflow in the data.`,
    );
  }
  const scale = Math.fround(maxMagnitude / 127);
  return perTensor(scale < smallestNormalFloat32 ? 1 : scale);
}
