import { ShapeError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';

/** One number for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly [vertical: number, horizontal: number];

/**
 * - `same`: output size = ceil(input / stride); the odd row or column of padding goes to the bottom and right.
 * - `valid`: no padding.
 * - [top, left, bottom, right] in pixels.
 */
export type Padding = 'same' | 'valid' | readonly [top: number, left: number, bottom: number, right: number];

/** @throws ShapeError when a number is not a positive integer */
export function bothAxes(where: string, what: string, value: Pair): readonly [number, number] {
  const [vertical, horizontal] = typeof value === 'number' ? [value, value] : value;
  if (![vertical, horizontal].every((size) => Number.isInteger(size) && size > 0)) {
    throw new ShapeError(`${where}: ${what} [${vertical}, ${horizontal}] must be positive integers.`);
  }
  return [vertical, horizontal];
}

/** @throws ShapeError when the value is not an image batch [N, H, W, C] */
export function requireImage(where: string, shape: Shape): readonly [number, number, number, number] {
  if (shape.length !== 4) {
    throw new ShapeError(
      `${where}: input has shape ${formatShape(shape)}, a [N, H, W, C] image batch is needed. Reshape it first.`,
    );
  }
  return shape as readonly [number, number, number, number];
}

/** @throws ShapeError when the value is not a batch of sequences [N, L, C] */
export function requireSequence(where: string, shape: Shape): readonly [number, number, number] {
  if (shape.length !== 3) {
    throw new ShapeError(
      `${where}: input has shape ${formatShape(shape)}, a [N, L, C] batch of sequences is needed. Reshape it first.`,
    );
  }
  return shape as readonly [number, number, number];
}

/** What a transposed convolution cuts off its output, in pixels. An odd row or column is cut at the bottom and right. */
export function resolveCut(
  padding: Padding,
  size: readonly [number, number],
  strides: readonly [number, number],
): readonly [number, number, number, number] {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding !== 'same') return padding;
  const total = [size[0] - strides[0], size[1] - strides[1]];
  const [top, left] = total.map((pixels) => Math.floor(Math.max(pixels, 0) / 2));
  return [top, left, total[0] - top, total[1] - left];
}

/** Padding in pixels, as the ops take it. */
export function resolvePadding(
  padding: Padding,
  shape: Shape,
  size: readonly [number, number],
  strides: readonly [number, number],
  dilations: readonly [number, number] = [1, 1],
): readonly [number, number, number, number] {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding !== 'same') return padding;
  const total = [0, 1].map((axis) => {
    const extent = (size[axis] - 1) * dilations[axis] + 1;
    const outputs = Math.ceil(shape[axis + 1] / strides[axis]);
    return Math.max((outputs - 1) * strides[axis] + extent - shape[axis + 1], 0);
  });
  const [top, left] = total.map((pixels) => Math.floor(pixels / 2));
  return [top, left, total[0] - top, total[1] - left];
}
