import type { Neighbour } from '../ops/define-op.ts';
import { getOp } from '../ops/registry.ts';
import { nodeContext, withoutUnusedValues } from './context.ts';
import type { Graph, GraphNode } from './graph.ts';

/**
 * Merges nodes where an op declares that it can absorb its neighbour: a pad before it, an activation or a residual add
 * after it. Values that exist only between two merged nodes disappear; what the graph computes does not change.
 * Of several merges that of the earliest node comes first.
 */
export function fuse(graph: Graph): Graph {
  const fusion = new Fusion(graph);
  for (const last of graph.nodes.keys()) {
    // What precedes `last` merges no further, until a neighbour of it changes.
    let positions = [last];
    while (positions.length > 0) {
      const [position, ...rest] = positions;
      const changed = fusion.mergeAt(position).filter((other) => other <= last && !rest.includes(other));
      positions = [...rest, ...changed].sort((a, b) => a - b);
    }
  }
  return withoutUnusedValues({ ...graph, nodes: fusion.nodes() });
}

/** A graph whose nodes merge, with who writes and reads each value, so that a merge costs no look at all others. */
class Fusion {
  readonly #graph: Graph;
  readonly #outputs: ReadonlySet<string>;
  /** By position in the graph; of two merged nodes the earlier leaves its place empty. */
  readonly #nodes: (GraphNode | undefined)[];
  readonly #neighbours: (Neighbour | undefined)[];
  /** Positions by value name. */
  readonly #producers = new Map<string, number>();
  readonly #readers = new Map<string, Set<number>>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#outputs = new Set(graph.outputs);
    this.#nodes = Array.from(graph.nodes, () => undefined);
    this.#neighbours = Array.from(graph.nodes, () => undefined);
    for (const [position, node] of graph.nodes.entries()) this.#put(position, node);
  }

  nodes(): GraphNode[] {
    return this.#nodes.filter((node) => node !== undefined);
  }

  /** Merges the node with its producer or its consumer, if it can. Returns the positions that may now merge further. */
  mergeAt(position: number): readonly number[] {
    const node = this.#nodes[position];
    if (node === undefined) return [];
    const op = getOp(node.op);
    const producer = this.#producers.get(node.inputs[0]);
    if (op.absorbProducer && producer !== undefined && this.#isPrivate(node.inputs[0])) {
      const absorbed = op.absorbProducer(this.#neighbour(position), this.#neighbour(producer));
      if (absorbed) return this.#replace(producer, position, { ...node, ...absorbed });
    }
    if (op.absorbConsumer && node.outputs.length === 1 && this.#isPrivate(node.outputs[0])) {
      const [consumer] = this.#readers.get(node.outputs[0])!;
      const { inputs, outputs } = this.#nodes[consumer]!;
      const slot = inputs.indexOf(node.outputs[0]);
      // A consumer that reads the value twice (x + x) still needs it as a value.
      if (inputs.includes(node.outputs[0], slot + 1)) return [];
      const absorbed = op.absorbConsumer(this.#neighbour(position), this.#neighbour(consumer), slot);
      if (absorbed) return this.#replace(position, consumer, { ...node, ...absorbed, outputs });
    }
    return [];
  }

  /** Whether one node alone reads the value. */
  #isPrivate(name: string): boolean {
    return !this.#outputs.has(name) && this.#readers.get(name)?.size === 1;
  }

  #neighbour(position: number): Neighbour {
    const node = this.#nodes[position]!;
    return (this.#neighbours[position] ??= {
      op: node.op,
      attributes: node.attributes,
      inputs: node.inputs,
      context: nodeContext(this.#graph, node),
    });
  }

  /** `merged` takes the place of the later node, where the inputs of both are known; the earlier one goes. */
  #replace(earlier: number, later: number, merged: GraphNode): readonly number[] {
    this.#remove(earlier);
    this.#remove(later);
    this.#put(later, merged);
    const producers = merged.inputs.flatMap((name) => this.#producers.get(name) ?? []);
    const readers = merged.outputs.flatMap((name) => [...(this.#readers.get(name) ?? [])]);
    return [...new Set([later, ...producers, ...readers])];
  }

  #put(position: number, node: GraphNode): void {
    this.#nodes[position] = node;
    for (const name of node.outputs) this.#producers.set(name, position);
    for (const name of node.inputs) {
      if (name === '') continue;
      const readers = this.#readers.get(name);
      if (readers === undefined) this.#readers.set(name, new Set([position]));
      else readers.add(position);
    }
  }

  #remove(position: number): void {
    const { inputs, outputs } = this.#nodes[position]!;
    for (const name of outputs) this.#producers.delete(name);
    for (const name of inputs) this.#readers.get(name)?.delete(position);
    this.#nodes[position] = undefined;
    this.#neighbours[position] = undefined;
  }
}
