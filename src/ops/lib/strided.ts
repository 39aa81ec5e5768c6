import type { Shape } from '../../tensor/shape.ts';
import { denseStrides } from './axes.ts';

/**
 * Elements of a tensor in another order, some of them, or some several times: at the row-major place of coordinates within
 * `sizes` is the element with the row-major number offset + Σ coordinate · stride.
 */
export interface Strided {
  readonly offset: number;
  readonly sizes: Shape;
  /** In elements; negative against the order, 0 where an element is repeated. */
  readonly strides: readonly number[];
}

/** As many axes can a kernel walk. */
export const maximumAxes = 8;

interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** The same with as few axes as can be: at least one. */
export function mergedAxes({ sizes, strides }: Strided): readonly Axis[] {
  const axes: Axis[] = [];
  sizes.forEach((size, index) => {
    if (size === 1) return;
    const stride = strides[index];
    const outer = axes.at(-1);
    if (outer?.stride === stride * size) axes[axes.length - 1] = { size: outer.size * size, stride };
    else axes.push({ size, stride });
  });
  return axes.length > 0 ? axes : [{ size: 1, stride: 1 }];
}

/** Whether the elements are all those of a tensor of so many, in their order. */
export function isWhole(view: Strided, count: number): boolean {
  const axes = mergedAxes(view);
  return view.offset === 0 && axes.length === 1 && axes[0].size === count && (axes[0].stride === 1 || count === 1);
}

/**
 * What is taken of what was taken: element i is first's element second(i).
 * @returns undefined where that has no strides of its own
 */
export function composed(first: Strided, second: Strided): Strided | undefined {
  const axes = mergedAxes(first);
  const sizes = axes.map(({ size }) => size);
  const spans = denseStrides(sizes);
  const taken = mergedAxes(second);
  // Counted from the lowest element that is taken, all steps go forwards.
  const lowest = taken.reduce((low, { size, stride }) => low + Math.min(0, (size - 1) * stride), second.offset);
  const highest = sizes.map((size, axis) => Math.floor(lowest / spans[axis]) % size);
  let offset = first.offset + highest.reduce((sum, coordinate, axis) => sum + coordinate * axes[axis].stride, 0);
  const result: Axis[] = [];
  for (const { size, stride } of taken) {
    const parts = walked(size, Math.abs(stride), sizes, spans, highest);
    if (parts === undefined) return undefined;
    for (const part of parts) {
      const step = part.axis < 0 ? 0 : part.step * axes[part.axis].stride;
      if (stride < 0) offset += (part.size - 1) * step;
      result.push({ size: part.size, stride: stride < 0 ? -step : step });
    }
  }
  // No coordinate runs past its axis, so none carries over to the next.
  if (highest.some((coordinate, axis) => coordinate >= sizes[axis])) return undefined;
  return { offset, sizes: result.map(({ size }) => size), strides: result.map(({ stride }) => stride) };
}

/**
 * So many steps of so many elements as steps along the axes, from the outermost.
 * @param highest the largest coordinate so far along each axis; raised by what is walked
 */
function walked(
  size: number,
  stride: number,
  sizes: Shape,
  spans: readonly number[],
  highest: number[],
): { readonly size: number; readonly axis: number; readonly step: number }[] | undefined {
  if (stride === 0 || size === 1) return [{ size, axis: -1, step: 0 }];
  const axis = spans.findIndex((span) => span <= stride);
  const step = stride / spans[axis];
  if (!Number.isInteger(step)) return undefined;
  const room = sizes[axis] - highest[axis];
  if ((size - 1) * step < room) {
    highest[axis] += (size - 1) * step;
    return [{ size, axis, step }];
  }
  // The axis is walked to its end again and again, and at each the one before it takes a step.
  const steps = sizes[axis] / step;
  if (axis === 0 || steps === 1 || !Number.isInteger(steps) || size % steps !== 0) return undefined;
  const outer = walked(size / steps, spans[axis - 1], sizes, spans, highest);
  highest[axis] += (steps - 1) * step;
  return outer && [...outer, { size: steps, axis, step }];
}
