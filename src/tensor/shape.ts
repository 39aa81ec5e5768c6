import { ShapeError } from '../errors.ts';

/** Sizes of each axis, outermost first. An empty shape is a scalar. */
export type Shape = readonly number[];

/** Number of elements. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Size of the last axis: the channels of an activation. A scalar has one. */
export function rowLength(shape: Shape): number {
  return shape.length === 0 ? 1 : shape[shape.length - 1];
}

/** Number of rows: the product of every axis but the last. */
export function rowCount(shape: Shape): number {
  return shape.length === 0 ? 1 : elementCount(shape.slice(0, -1));
}

/**
 * Device layout. Every tensor on the GPU is rows of quads: the last axis is padded to a multiple of four, and one quad
 * (four adjacent channels) is a `u32` of four int8 codes, lowest byte first, or a `vec4` of a wider type. The padding
 * holds unspecified values.
 */
export function quadsPerRow(shape: Shape): number {
  return Math.ceil(rowLength(shape) / 4);
}

/** Quads the whole tensor takes on the device. */
export function quadCount(shape: Shape): number {
  return rowCount(shape) * quadsPerRow(shape);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** `[1, 224, 224, 3]` for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** The shape both operands broadcast to (NumPy rules). @throws ShapeError when an axis differs and neither size is 1 */
export function broadcastShapes(a: Shape, b: Shape, where: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(
        `${where}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast on axis ${axis}. Sizes must be equal or 1.`,
      );
    }
    return left === 1 ? right : left;
  });
}

/** A non-negative axis number. @throws ShapeError when the axis is outside the rank */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new ShapeError(`${where}: axis ${axis} is outside a tensor of rank ${rank}. Use ${-rank} to ${rank - 1}.`);
  }
  return normalized;
}
