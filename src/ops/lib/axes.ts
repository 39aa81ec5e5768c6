import type { Shape } from '../../tensor/shape.ts';

/** Axes a kernel can walk: `shaders/lib/coordinates.wgsl` splits an index into this many coordinates. */
const maxAxes = 4;

/** Distance in elements between neighbours along each axis of a dense row-major tensor. */
export function denseStrides(shape: Shape): readonly number[] {
  const strides = [...shape];
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Strides that read a tensor as if it had the broadcast shape: 0 along repeated axes. */
export function broadcastStrides(shape: Shape, broadcast: Shape): readonly number[] {
  const strides = denseStrides(shape);
  const missing = broadcast.length - shape.length;
  return broadcast.map((_, axis) => {
    const own = axis - missing;
    return own < 0 || shape[own] === 1 ? 0 : strides[own];
  });
}

/** Where the element with this row-major number of `shape` lies, given the strides of another layout. */
export function offsetAt(index: number, shape: Shape, strides: readonly number[]): number {
  let offset = 0;
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    offset += (rest % shape[axis]) * strides[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return offset;
}

/** Exactly four axes, outermost first, and the strides of each operand along them. */
export interface KernelAxes {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/**
 * Merges axes that every operand walks as one, drops those of size 1, and fills up to four.
 * @param sizes of each axis
 * @param strides of each operand along each axis
 * @returns undefined when more than four axes remain
 */
export function kernelAxes(sizes: Shape, strides: readonly (readonly number[])[]): KernelAxes | undefined {
  const axes: { size: number; strides: readonly number[] }[] = [];
  sizes.forEach((size, axis) => {
    if (size === 1) return;
    const here = strides.map((operand) => operand[axis]);
    const outer = axes.at(-1);
    if (outer !== undefined && outer.strides.every((stride, index) => stride === here[index] * size)) {
      axes[axes.length - 1] = { size: outer.size * size, strides: here };
    } else {
      axes.push({ size, strides: here });
    }
  });
  if (axes.length > maxAxes) return undefined;
  while (axes.length < maxAxes) axes.unshift({ size: 1, strides: strides.map(() => 0) });
  return {
    sizes: axes.map((axis) => axis.size),
    strides: strides.map((_, index) => axes.map((axis) => axis.strides[index])),
  };
}

/** Numbered shader constants: `PREFIX_0`, `PREFIX_1`, … */
export function numbered(prefix: string, values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.map((value, index) => [`${prefix}_${index}`, value]));
}
