import { DeviceError } from '../errors.ts';
import type { Dispatch, OpContext } from '../ops/define-op.ts';
import { getOp } from '../ops/registry.ts';
import type { Rounding } from '../tensor/requantize.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import { withoutUnusedValues } from './context.ts';
import { type Cut, cutPortion, largestShare, quad } from './cut-portion.ts';
import { CutValues, type Piece } from './cut-values.ts';
import {
  bindingDemand,
  type Demand,
  type GraphLimits,
  isWithin,
  launchDemands,
  transferDemands,
  valueDemands,
} from './demands.ts';
import type { FreshNames } from './fresh-names.ts';
import type { Graph } from './graph.ts';
import { type Portion, portionContext, wholePortion } from './portion.ts';
import { evenRanges, narrowed, outermostAxis, type Region, wholeRegion } from './region.ts';

/** The launch that would compute a node of the op; undefined where no kernel accepts it. */
export type LaunchOf = (op: string, context: OpContext<object>) => Dispatch | undefined;

/** A graph in which all that a shader binds is small enough. */
export interface FittedGraph {
  readonly graph: Graph;
  /** value of the graph → the values that hold its consecutive device bytes, in order; absent when whole. */
  readonly pieces: ReadonlyMap<string, readonly string[]>;
}

/** Parts of all nodes together. A small file may ask for any size; no device has memory for as many bindings. */
const maxParts = 2 ** 12;
/** Parts that are thought of: some cuts are found by trying more and more parts. */
const maxTried = 2 ** 18;

/** Whether the device takes the graph as it is. */
export function fitsLimits(
  graph: Graph,
  limits: GraphLimits,
  launches: readonly (readonly [Graph['nodes'][number], Dispatch | undefined])[],
): boolean {
  const stored = storedRegions(graph).map((region) => bindingDemand(region, limits));
  if (![...stored, ...transferDemands(graph, limits)].every(isWithin)) return false;
  return launches.every(([node, dispatch]) => {
    const portion = wholePortion(graph, node);
    return (
      valueDemands(graph, portion, limits).every(isWithin) &&
      (dispatch === undefined || launchDemands(graph, portion, dispatch, limits).every(isWithin))
    );
  });
}

/**
 * Cuts what the device cannot bind. A value is cut along its outermost axis that is not 1, and in each index along the
 * next where that is not enough, so its pieces are consecutive ranges of its bytes; the node that makes it becomes one
 * node a piece. A node that reads too much, or whose constants are too large, is cut too, weights along the output's
 * channels. Each op says what its parts read; they get it from pieces, or from copies by slice and concat nodes.
 * @throws DeviceError listing all that stays too large
 */
export function fitLimits(
  graph: Graph,
  limits: GraphLimits,
  rounding: Rounding,
  names: FreshNames,
  launchOf: LaunchOf,
): FittedGraph {
  return new Fitting(graph, limits, rounding, names, launchOf).run();
}

class Fitting {
  readonly #graph: Graph;
  readonly #limits: GraphLimits;
  readonly #rounding: Rounding;
  readonly #launchOf: LaunchOf;
  readonly #cut: CutValues;
  /** What does not fit, by subject. */
  readonly #complaints = new Map<string, string>();
  /** Nodes with a part that does not fit. Their other parts are not looked at: there may be thousands. */
  readonly #refused = new Set<string>();
  /** Reading all weights, which some launches do, is not for every look at a portion. */
  readonly #launches = new WeakMap<Portion, readonly Demand[]>();
  #parts = 0;
  #tried = 0;

  constructor(graph: Graph, limits: GraphLimits, rounding: Rounding, names: FreshNames, launchOf: LaunchOf) {
    this.#graph = graph;
    this.#limits = limits;
    this.#rounding = rounding;
    this.#launchOf = launchOf;
    this.#cut = new CutValues(graph, names);
  }

  run(): FittedGraph {
    const graph = this.#graph;
    const { inputs, outputs, nodes } = graph;
    for (const demand of transferDemands(graph, this.#limits)) if (!isWithin(demand)) this.#complain(demand);
    for (const region of storedRegions(graph)) this.#cutStored(region);
    for (const node of nodes) {
      const pieces = this.#build(wholePortion(graph, node));
      if (pieces.length > 1 && node.outputs.length === 1) this.#cut.pieces.set(node.outputs[0], pieces);
    }
    if (this.#complaints.size > 0) {
      throw new DeviceError(
        `graph "${graph.name}" does not fit this device:\n${[...this.#complaints.values()].join('\n')}`,
        { reason: 'limit' },
      );
    }
    const pieces = new Map(Array.from(this.#cut.pieces, ([value, list]) => [value, list.map(({ name }) => name)]));
    const held = (name: string): readonly string[] => pieces.get(name) ?? [name];
    const { nodes: fitted, values: types, constants: data } = this.#cut;
    return {
      graph: withoutUnusedValues({
        ...graph,
        nodes: fitted,
        values: types,
        constants: data,
        inputs: inputs.flatMap(held),
        outputs: outputs.flatMap(held),
      }),
      pieces,
    };
  }

  /** Cuts what no node computes by its size alone. */
  #cutStored(whole: Region): void {
    const regions = this.#regionsOf(whole);
    if (regions.length < 2) return;
    const pieces = regions.map((region) => this.#cut.store(region));
    this.#cut.pieces.set(whole.value, pieces);
  }

  #regionsOf(region: Region): readonly Region[] {
    const { shape } = region.type;
    const demand = bindingDemand(region, this.#limits);
    if (isWithin(demand)) return [region];
    const axis = outermostAxis(shape);
    const step = axis === shape.length - 1 ? quad : 1;
    const steps = Math.ceil(shape[axis] / step);
    if (axis < 0 || steps < 2 || !this.#canAfford([demand])) {
      this.#complain(demand);
      return [region];
    }
    const ranges = evenRanges(axis, shape[axis], step, largestShare(demand, steps));
    return ranges.flatMap((range) => this.#regionsOf(narrowed(region, range)));
  }

  /** Adds the nodes that compute a portion; the pieces that hold its output. */
  #build(portion: Portion): readonly Piece[] {
    const { excess, cut } = this.#cutExcess(portion);
    if (cut === undefined) {
      for (const demand of excess) this.#complain(demand, portion);
      return this.#emit(portion);
    }
    const pieces = cut.parts.flatMap((part) => this.#build(part));
    if (!cut.isJoined || this.#complaints.size > 0) return pieces;
    const [{ value, type }] = portion.outputs;
    const isWhole = sameShape(type.shape, this.#graph.values[value].shape);
    return [this.#cut.join(value, pieces, isWhole ? portion.node.name : undefined)];
  }

  #emit({ node, attributes, inputs, outputs }: Portion): readonly Piece[] {
    this.#parts++;
    // Once something does not fit there is no graph to make, only more that does not fit to be found.
    if (this.#complaints.size > 0) return [];
    const names = inputs.map((region) => (region === undefined ? '' : this.#cut.read(region)));
    return this.#cut.add({ name: node.name, op: node.op, attributes, inputs: names }, outputs);
  }

  /** What of a portion is too large, and the cut against it. */
  #cutExcess(portion: Portion): { readonly excess: readonly Demand[]; readonly cut?: Cut } {
    if (this.#refused.has(portion.node.name)) return { excess: [] };
    // Values first: cutting them changes the launch.
    for (const demandsOf of [this.#valueDemands, this.#launchDemands]) {
      const excess = demandsOf(portion).filter((demand) => !isWithin(demand));
      if (excess.length === 0) continue;
      if (portion.outputs.length !== 1 || !this.#canAfford(excess)) return { excess };
      const [output] = portion.outputs;
      const { shape } = output.type;
      const axes = [...shape.keys()].filter((axis) => shape[axis] > 1);
      // Parts along other axes than the outermost are joined, for which the output must be small enough. Constants become
      // less along the channels.
      const isTooLarge = !isWithin(bindingDemand(output, this.#limits));
      const isConstant = demandsOf === this.#launchDemands && excess[0].unit === 'bytes';
      const cut = cutPortion(portion, excess, {
        contextOf: this.#contextOf,
        demandsOf,
        axes: isTooLarge ? axes.slice(0, 1) : isConstant ? axes.reverse() : axes,
        canAfford: (parts) => this.#parts + parts <= maxParts && (this.#tried += parts) <= maxTried,
      });
      return { excess, cut };
    }
    return { excess: [] };
  }

  readonly #valueDemands = (portion: Portion): readonly Demand[] => valueDemands(this.#graph, portion, this.#limits);

  readonly #launchDemands = (portion: Portion): readonly Demand[] => {
    const known = this.#launches.get(portion);
    if (known !== undefined) return known;
    const dispatch = this.#launchOf(portion.node.op, this.#contextOf(portion));
    const demands = dispatch === undefined ? [] : launchDemands(this.#graph, portion, dispatch, this.#limits);
    this.#launches.set(portion, demands);
    return demands;
  };

  readonly #contextOf = (portion: Portion): OpContext<object> =>
    portionContext(portion, (region) => this.#cut.constant(region), this.#rounding);

  /** Whether there may be as many parts as it takes at least. */
  #canAfford(excess: readonly Demand[]): boolean {
    return excess.every(({ amount, limit }) => this.#parts + amount / limit.value <= maxParts);
  }

  #complain({ subject, amount, unit, limit, fix }: Demand, portion?: Portion): void {
    if (portion !== undefined) this.#refused.add(portion.node.name);
    const key = JSON.stringify([subject, portion?.node.name]);
    if (this.#complaints.has(key)) return;
    const excess = `${amount} ${unit}, ${amount - limit.value} more than ${limit.name} (${limit.value})`;
    const where = portion === undefined ? '' : ` to compute ${describePortion(portion)}`;
    this.#complaints.set(key, `  ${subject}: ${excess}${where}. ${fix}`);
  }
}

/** What lies on the device without a node that computes it: inputs, and outputs that are constants. */
function storedRegions({ inputs, outputs, values, constants }: Graph): readonly Region[] {
  const stored = [...inputs, ...outputs.filter((name) => Object.hasOwn(constants, name))];
  return [...new Set(stored)].map((name) => wholeRegion(name, values[name]));
}

/** What is left of the node's output when it cannot be cut any more, and whether it could be cut at all. */
function describePortion({ node, outputs }: Portion): string {
  const types = outputs.map(({ type }) => `${type.dtype} ${formatShape(type.shape)}`);
  const reason = getOp(node.op).partition === undefined ? ', which cannot work in parts' : '';
  return `${types.join(', ')} of ${node.op} "${node.name}"${reason}`;
}
