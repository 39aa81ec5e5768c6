import { nodeContext } from '../graph/context.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { getOp } from '../ops/registry.ts';
import { bytesPerQuad, deviceBytes } from '../tensor/quads.ts';
import type { Rounding } from '../tensor/requantize.ts';

/** A value that has no memory of its own: its bytes lie in those of another. */
export interface View {
  readonly root: string;
  /** In bytes, from where the root begins. */
  readonly offset: number;
}

/** Which nodes need no dispatch, since what they move lies where it belongs already. */
export interface ViewPlan {
  readonly free: ReadonlySet<GraphNode>;
  /** By value; absent for values that have memory of their own. */
  readonly views: ReadonlyMap<string, View>;
}

/** What a step does with a value. */
type Use = 'read' | 'write';

/**
 * Finds the nodes whose inputs and output can be the same memory: a reshape's output lies where its input does, a slice's
 * within its input, the inputs of a concat within its output.
 *
 * Values that lie in each other are a group, in the memory of the largest, their root. A binding begins at a multiple of
 * the device's alignment, and a dispatch cannot read and write one buffer, so no step may read one value of a group and
 * write another. Each byte of a root is written by one step: a concat takes an input that is in no larger value yet.
 * @param alignment of a binding, in bytes
 * @param accepts whether a node may go without a dispatch
 */
export function planViews(
  graph: Graph,
  rounding: Rounding,
  alignment: number,
  accepts: (node: GraphNode) => boolean,
): ViewPlan {
  const groups = new Groups(graph);
  const free = new Set<GraphNode>();
  graph.nodes.forEach((node, step) => {
    const { inputOffsets } = getOp(node.op);
    const [output] = node.outputs;
    const { dtype } = graph.values[output];
    // A constant has no bytes among the activations to share, and what is stored in another way has others.
    const isSeparate = (name: string): boolean => !groups.has(name) || graph.values[name].dtype !== dtype;
    if (inputOffsets === undefined || !accepts(node) || node.inputs.some(isSeparate)) return;
    const quad = bytesPerQuad(dtype);
    const offsets = inputOffsets(nodeContext(graph, node, rounding))?.map((quads) => quads * quad);
    if (offsets === undefined || offsets.some((offset) => offset % alignment !== 0)) return;
    const isFree =
      node.inputs.length === 1
        ? groups.include(output, node.inputs[0], 0 - offsets[0], step)
        : groups.join(output, node.inputs, offsets, step);
    if (isFree) free.add(node);
  });
  return { free, views: groups.views() };
}

class Groups {
  readonly #graph: Graph;
  /** Where a value lies in another that is larger or as large, which may itself lie in another. */
  readonly #within = new Map<string, View>();
  /** By root: the steps that read or write any value of the group. */
  readonly #uses = new Map<string, Map<number, Use>>();

  constructor(graph: Graph) {
    this.#graph = graph;
    const add = (name: string, step: number, use: Use): unknown => this.#uses.get(name)?.set(step, use);
    for (const name of graph.inputs) this.#uses.set(name, new Map());
    graph.nodes.forEach(({ inputs, outputs }, step) => {
      for (const name of inputs) add(name, step, 'read');
      for (const name of outputs) this.#uses.set(name, new Map([[step, 'write']]));
    });
  }

  /** Whether the value lies among the activations. */
  has(name: string): boolean {
    return Object.hasOwn(this.#graph.values, name) && !Object.hasOwn(this.#graph.constants, name);
  }

  views(): ReadonlyMap<string, View> {
    return new Map([...this.#within.keys()].map((name) => [name, this.#find(name)] as const));
  }

  /** A step's output lies within its input. What reads it runs later than what wrote the group: no step does both. */
  include(output: string, input: string, offset: number, step: number): boolean {
    const place = this.#find(input);
    this.#uses.get(place.root)!.delete(step);
    this.#uses.get(output)!.delete(step);
    this.#attach(output, { root: place.root, offset: place.offset + offset });
    return true;
  }

  /** A step's inputs lie within its output, if they can. */
  join(output: string, inputs: readonly string[], offsets: readonly number[], step: number): boolean {
    const roots = inputs.map((name) => this.#find(name));
    const fits = roots.every(
      ({ root, offset }, index) => offset === 0 && this.#bytes(root) === this.#bytes(inputs[index]),
    );
    const members = roots.map(({ root }) => root);
    if (!fits || new Set(members).size < members.length || this.#conflict([output, ...members], step)) return false;
    for (const name of [output, ...members]) this.#uses.get(name)!.delete(step);
    members.forEach((root, index) => this.#attach(root, { root: output, offset: offsets[index] }));
    return true;
  }

  /** Whether a step but this one reads one of the groups and writes another. */
  #conflict(roots: readonly string[], step: number): boolean {
    const uses = roots.map((root) => this.#uses.get(root)!);
    const largest = uses.reduce((most, other) => (other.size > most.size ? other : most));
    return uses.some(
      (own) =>
        own !== largest &&
        [...own].some(([at, use]) => at !== step && uses.some((other) => (other.get(at) ?? use) !== use)),
    );
  }

  /** The smaller of two lists of uses moves, so that a value's is not copied for each concat that it ends up in. */
  #attach(name: string, place: View): void {
    const [own, other] = [this.#uses.get(name)!, this.#uses.get(place.root)!];
    const [few, many] = own.size < other.size ? [own, other] : [other, own];
    for (const [step, use] of few) many.set(step, use);
    this.#uses.delete(name);
    this.#uses.set(place.root, many);
    this.#within.set(name, place);
  }

  /** The root that a value lies in. */
  #find(name: string): View {
    const path: [string, View][] = [];
    let place: View = { root: name, offset: 0 };
    for (let next = this.#within.get(name); next !== undefined; next = this.#within.get(next.root)) {
      path.push([place.root, next]);
      place = next;
    }
    // Each value on the way lies directly in the root from now on.
    let offset = 0;
    for (const [value, { offset: step }] of path.reverse()) {
      offset += step;
      this.#within.set(value, { root: place.root, offset });
    }
    return { root: place.root, offset };
  }

  #bytes(name: string): number {
    const { dtype, shape } = this.#graph.values[name];
    return deviceBytes(dtype, shape);
  }
}
