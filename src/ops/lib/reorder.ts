import type { Shape } from '../../tensor/shape.ts';
import type { OpContext, Reordered } from '../define-op.ts';

// In all of these, `order` has for each axis of what a node reads the axis of its source that it is: what the node reads is
// transpose(source, order).

/** Of an op whose elements are made of what lies at the same places of inputs that broadcast. */
export function reorderElementwise<A>({ attributes }: OpContext<A>): Reordered<A> {
  return { attributes };
}

/** Values for each axis of what a node reads, for each axis of the source. */
export function bySourceAxis<T>(values: readonly T[], order: readonly number[]): T[] {
  const moved: T[] = [];
  order.forEach((axis, index) => (moved[axis] = values[index]));
  return moved;
}

/** The order of the axes that are left, counted anew, when the source loses some. */
export function orderWithout(order: readonly number[], lost: ReadonlySet<number>): readonly number[] {
  const kept = order.filter((axis) => !lost.has(axis));
  const counted = [...kept].sort((a, b) => a - b);
  return kept.map((axis) => counted.indexOf(axis));
}

/** An order that leaves every axis where it is. */
export function isIdentityOrder(order: readonly number[]): boolean {
  return order.every((axis, index) => axis === index);
}

/** From the source back: the order in which what is read has the source's axes. */
export function inverseOrder(order: readonly number[]): number[] {
  return bySourceAxis([...order.keys()], order);
}

/** What of one shape is what of another: axes whose sizes have the same product. */
interface AxisGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * A reshape of a source instead of its transposed: groups of axes that become groups of axes keep together and move in the
 * source's order. Where a group's axes are not neighbours in the source, they are made so first.
 */
export function reorderReshape(from: Shape, to: Shape, order: readonly number[]): Reordered<{ readonly shape: Shape }> {
  const placeOf = ({ from: axes }: AxisGroup): number => {
    const places = axes.filter((axis) => from[axis] > 1).map((axis) => order[axis]);
    return places.length > 0 ? Math.min(...places) : -1;
  };
  const groups = matchAxes(from, to).sort((a, b) => placeOf(a) - placeOf(b));
  const gathered = groups.flatMap((group) => group.from.map((axis) => order[axis]));
  const sizes = bySourceAxis(from, order);
  const large = gathered.filter((axis) => sizes[axis] > 1);
  const isGathered = large.every((axis, index) => index === 0 || axis > large[index - 1]);
  const made = groups.flatMap((group) => group.to);
  return {
    attributes: { shape: made.map((axis) => to[axis]) },
    order: inverseOrder(made),
    ...(!isGathered && { sourceOrder: gathered }),
  };
}

/** The smallest groups of neighbouring axes of both shapes with equal products, in order. */
function matchAxes(from: Shape, to: Shape): AxisGroup[] {
  const groups: AxisGroup[] = [];
  const next = { from: 0, to: 0 };
  while (next.from < from.length || next.to < to.length) {
    const group = { from: [] as number[], to: [] as number[] };
    const product = { from: 1, to: 1 };
    const take = (side: 'from' | 'to', shape: Shape): void => {
      product[side] *= shape[next[side]];
      group[side].push(next[side]++);
    };
    if (next.from < from.length) take('from', from);
    if (next.to < to.length) take('to', to);
    while (product.from !== product.to) {
      if (product.from < product.to) take('from', from);
      else take('to', to);
    }
    groups.push(group);
  }
  return groups;
}
