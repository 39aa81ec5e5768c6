import type { AxisRange, OpContext, PartitionRule } from '../ops/define-op.ts';
import { leastCommonMultiple } from '../ops/lib/least-common-multiple.ts';
import { getOp } from '../ops/registry.ts';
import { sameShape } from '../tensor/shape.ts';
import { type Demand, isWithin } from './demands.ts';
import { partOf, type Portion } from './portion.ts';
import { evenRanges, outermostAxis } from './region.ts';

/** Parts of a portion. */
export interface Cut {
  readonly parts: readonly Portion[];
  /** Whether their outputs must be joined; otherwise they are consecutive ranges of bytes, and may stay apart. */
  readonly isJoined: boolean;
}

/** What cutting a portion asks of the graph around it. */
export interface CutOptions {
  readonly contextOf: (portion: Portion) => OpContext<object>;
  /** Of the kind of those that are too large. */
  readonly demandsOf: (portion: Portion) => readonly Demand[];
  /** Axes of the output that may be cut, the best first. */
  readonly axes: readonly number[];
  readonly canAfford: (parts: number) => boolean;
}

/** Quads are not cut: the next piece begins at one. */
export const quad = 4;

/**
 * Cuts a portion along the first axis along which parts take less of what is too large first of all. As few parts as
 * possible; where no part is small enough, the smallest, of which each may then be cut along another axis.
 * @param excess demands beyond their limits
 * @returns undefined where nothing helps
 */
export function cutPortion(portion: Portion, excess: readonly Demand[], options: CutOptions): Cut | undefined {
  const rule = getOp(portion.node.op).partition;
  if (rule === undefined || portion.outputs.length !== 1) return undefined;
  const needed = neededPortion(portion, rule, options);
  if (needed && options.demandsOf(needed).every((demand) => isWithin(demand) || demand.subject !== excess[0].subject)) {
    return { parts: [needed], isJoined: false };
  }
  for (const axis of options.axes) {
    const parts = partsAlong(axis, portion, rule, excess, options);
    if (parts !== undefined) return { parts, isJoined: axis !== outermostAxis(portion.outputs[0].type.shape) };
  }
  return undefined;
}

/** The whole portion as its op reads when asked for all indices, if that is less than there is: a slice reads a few. */
function neededPortion(portion: Portion, rule: PartitionRule<object>, { contextOf }: CutOptions): Portion | undefined {
  const { shape } = portion.outputs[0].type;
  const context = contextOf(portion);
  const axis = shape.findIndex((_, index) => rule.unit(context, index) !== undefined);
  const needed = axis < 0 ? undefined : partOf(portion, context, { axis, start: 0, end: shape[axis] });
  const isLess = needed?.inputs.some(
    (region, index) => region && !sameShape(region.type.shape, portion.inputs[index]!.type.shape),
  );
  return isLess ? needed : undefined;
}

function partsAlong(
  axis: number,
  portion: Portion,
  rule: PartitionRule<object>,
  excess: readonly Demand[],
  { contextOf, demandsOf, canAfford }: CutOptions,
): readonly Portion[] | undefined {
  const { shape } = portion.outputs[0].type;
  const context = contextOf(portion);
  const unit = rule.unit(context, axis);
  if (unit === undefined) return undefined;
  const aligned = axis === shape.length - 1 ? leastCommonMultiple(unit, quad) : unit;
  // What is joined again may be cut within a quad where there is no other way.
  const step = aligned < shape[axis] || axis === outermostAxis(shape) ? aligned : unit;
  const steps = Math.ceil(shape[axis] / step);
  if (steps < 2) return undefined;

  const partsOf = (ranges: readonly AxisRange[]): readonly Portion[] | undefined => {
    const parts = ranges.flatMap((range) => partOf(portion, context, range) ?? []);
    return parts.length === ranges.length ? parts : undefined;
  };
  const middle = Math.floor(steps / 2) * step;
  const smallest = partsOf([{ axis, start: middle, end: Math.min(middle + step, shape[axis]) }]);
  if (smallest === undefined) return undefined;
  const least = new Map(demandsOf(smallest[0]).map(({ subject, amount }) => [subject, amount]));
  const lessened = excess.filter(({ subject, amount }) => (least.get(subject) ?? 0) < amount);
  if (!lessened.includes(excess[0])) return undefined;
  const subjects = new Set(lessened.map(({ subject }) => subject));
  const fits = (part: Portion): boolean =>
    demandsOf(part).every((demand) => isWithin(demand) || !subjects.has(demand.subject));
  let most = Math.min(...lessened.map((demand) => largestShare(demand, steps)));
  while (canAfford(steps / most)) {
    const parts = partsOf(evenRanges(axis, shape[axis], step, most));
    if (most === 1 || parts?.every(fits)) return parts;
    // Parts overlap, or all read the same: they must be smaller than their share.
    most = Math.min(most - 1, Math.floor(most * 0.9));
  }
  return undefined;
}

/** How many of so many steps fit the limit, if each takes as much; at least one. */
export function largestShare({ amount, limit }: Demand, steps: number): number {
  return Math.max(1, Math.floor((limit.value * steps) / amount));
}
