import { NumericError } from '../errors.ts';
import { elementCount, type Shape } from './shape.ts';

/**
 * Affine quantization: real = scale · (code − zeroPoint).
 * One entry per tensor, or one per index of `axis`, or one per block.
 */
export interface Quantization {
  /** float32 values, all finite and positive. */
  readonly scales: readonly number[];
  /** Integers within the dtype's range, as many as scales. */
  readonly zeroPoints: readonly number[];
  /** The axis the entries run along; absent when there is one entry for the whole tensor. */
  readonly axis?: number;
  /**
   * Indices of `axis` that share an entry; every index of the other axes has entries of its own. The entries are in
   * row-major order, over the shape with ⌈size / blockSize⌉ in place of the axis.
   */
  readonly blockSize?: number;
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

/** Entries that a quantization of this shape has. */
export function entryCount({ axis, blockSize }: Pick<Quantization, 'axis' | 'blockSize'>, shape: Shape): number {
  if (axis === undefined) return 1;
  if (blockSize === undefined) return shape[axis];
  return elementCount(shape.with(axis, Math.ceil(shape[axis] / blockSize)));
}

/** From an element's row-major number to its entry. */
export function entryOf({ scales, axis, blockSize }: Quantization, shape: Shape): (element: number) => number {
  if (axis === undefined || scales.length === 1) return () => 0;
  const inner = elementCount(shape.slice(axis + 1));
  const size = shape[axis];
  if (blockSize === undefined) return (element) => Math.floor(element / inner) % size;
  const blocks = Math.ceil(size / blockSize);
  return (element) => {
    const row = Math.floor(element / inner);
    return (Math.floor(row / size) * blocks + Math.floor((row % size) / blockSize)) * inner + (element % inner);
  };
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

/** float32(scale · float32(code − zeroPoint)). */
export function dequantizeValue(code: number, scale: number, zeroPoint: number): number {
  return Math.fround(Math.fround(scale) * Math.fround(code - zeroPoint));
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
