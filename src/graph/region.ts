import type { AxisRange } from '../ops/define-op.ts';
import { slicedType } from '../ops/lib/sliced-type.ts';
import type { Shape } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';

/** A box of a tensor, in the tensor's own indices. */
export interface Box {
  readonly begin: readonly number[];
  /** Of what lies in the box. */
  readonly type: TensorType;
}

/** What a node, or a part of one, reads or writes of a value. */
export interface Region extends Box {
  readonly value: string;
}

/** All of a value. */
export function wholeRegion(value: string, type: TensorType): Region {
  return { value, begin: type.shape.map(() => 0), type };
}

/** The indices of the region that lie in the range, which counts from where the region begins. */
export function narrowed(region: Region, { axis, start, end }: AxisRange): Region {
  const offset = region.begin.map((_, other) => (other === axis ? start : 0));
  const size = region.type.shape.map((whole, other) => (other === axis ? end - start : whole));
  const begin = region.begin.map((first, other) => first + offset[other]);
  return { value: region.value, begin, type: slicedType(region.type, offset, size) };
}

/** What two boxes of one tensor have in common, or undefined. */
export function intersection(a: Box, b: Box): Box | undefined {
  const begin = a.begin.map((first, axis) => Math.max(first, b.begin[axis]));
  const end = a.begin.map((first, axis) => Math.min(first + a.type.shape[axis], b.begin[axis] + b.type.shape[axis]));
  const shape = end.map((last, axis) => last - begin[axis]);
  if (shape.some((size) => size <= 0)) return undefined;
  const offset = begin.map((first, axis) => first - a.begin[axis]);
  return { begin, type: slicedType(a.type, offset, shape) };
}

/** The outermost axis along which there is more than one index: elements that are cut there stay in one range of bytes. */
export function outermostAxis(shape: Shape): number {
  return shape.findIndex((size) => size > 1);
}

/** Ranges of an axis of at most `most` steps each: as few and as even as possible. */
export function evenRanges(axis: number, size: number, step: number, most: number): readonly AxisRange[] {
  const steps = Math.ceil(size / step);
  const length = Math.ceil(steps / Math.ceil(steps / most)) * step;
  return Array.from({ length: Math.ceil(size / length) }, (_, index) => ({
    axis,
    start: index * length,
    end: Math.min((index + 1) * length, size),
  }));
}
