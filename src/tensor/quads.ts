import type { DType, TensorData } from './dtype.ts';
import { allocateData, bytesPerElement } from './dtype.ts';
import { elementCount, quadCount, quadsPerRow, rowLength, type Shape } from './shape.ts';

/** Bytes of one quad on the device: four codes in a word, four 16-bit numbers in two, or four 32-bit numbers. */
export function bytesPerQuad(dtype: DType): number {
  return 4 * bytesPerElement(dtype);
}

/** Bytes the tensor takes on the device. */
export function deviceBytes(dtype: DType, shape: Shape): number {
  return quadCount(shape) * bytesPerQuad(dtype);
}

/** Whether the dense host bytes and the device layout are the same bytes. */
export function isDenseOnDevice(shape: Shape): boolean {
  return rowLength(shape) % 4 === 0;
}

/**
 * Dense row-major data to the device layout (rows padded to whole quads). The padding of `target` is left as it is.
 * @param data elements of the shape
 * @param target as many elements as the device layout holds; allocated (zero-filled) when absent
 */
export function toQuads<T extends TensorData>(data: T, dtype: DType, shape: Shape, target?: T): T {
  const padded = target ?? (allocateData(dtype, quadCount(shape) * 4) as T);
  copyRows(data, rowLength(shape), padded, quadsPerRow(shape) * 4, rowLength(shape));
  return padded;
}

/** The device layout back to dense row-major data. */
export function fromQuads<T extends TensorData>(quads: T, dtype: DType, shape: Shape, target?: T): T {
  const dense = target ?? (allocateData(dtype, elementCount(shape)) as T);
  copyRows(quads, quadsPerRow(shape) * 4, dense, rowLength(shape), rowLength(shape));
  return dense;
}

function copyRows(
  source: TensorData,
  sourcePitch: number,
  target: TensorData,
  targetPitch: number,
  length: number,
): void {
  const rows = Math.min(source.length / sourcePitch, target.length / targetPitch);
  if (sourcePitch === targetPitch) {
    target.set(source.subarray(0, rows * length));
    return;
  }
  for (let row = 0, from = 0, to = 0; row < rows; row++, from += sourcePitch, to += targetPitch) {
    for (let i = 0; i < length; i++) target[to + i] = source[from + i];
  }
}
