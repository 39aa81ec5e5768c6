import { bySourceAxis, inverseOrder, isIdentityOrder } from '../ops/lib/reorder.ts';
import { getOp } from '../ops/registry.ts';
import { elementCount, type Shape } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';
import { nodeContext, valueType, withoutUnusedValues } from './context.ts';
import type { FreshNames } from './fresh-names.ts';
import type { Graph, GraphNode } from './graph.ts';

/**
 * Moves transposes towards the outputs, through the nodes whose ops say how they compute with axes in another order, until
 * they meet others: two in a row are one, and one there and one back are none. That is what remains of networks in
 * [N, C, H, W] whose convolutions were wrapped in transposes. Unless less is moved then, the graph stays as it is.
 */
export function sinkTransposes(graph: Graph, names: FreshNames): Graph {
  if (!graph.nodes.some(({ op }) => getOp(op).permutation !== undefined)) return graph;
  const sunk = withoutUnusedValues(new Sinking(graph, names).run());
  const [before, after] = [graph, sunk].map(movesOf);
  const isBetter = after.launches < before.launches || after.elements < before.elements;
  return isBetter && after.launches <= before.launches && after.elements <= before.elements ? sunk : graph;
}

/** How many values are copies of elements, and of how many. Several moves in a row are one. */
function movesOf(graph: Graph): { readonly launches: number; readonly elements: number } {
  const moved = new Set<string>();
  const read = new Set(graph.outputs);
  for (const node of graph.nodes) {
    const { elements, inputOffsets } = getOp(node.op);
    const [input] = node.inputs;
    const isCopy = inputOffsets !== undefined && inputOffsets(nodeContext(graph, node)) === undefined;
    const isMove = elements !== undefined && !Object.hasOwn(graph.constants, input);
    if (isMove ? isCopy || moved.has(input) : isCopy) moved.add(node.outputs[0]);
    if (!isMove) for (const name of node.inputs) read.add(name);
  }
  const sizes = [...moved].filter((name) => read.has(name)).map((name) => elementCount(valueType(graph, name).shape));
  return { launches: sizes.length, elements: sizes.reduce((sum, size) => sum + size, 0) };
}

/** A value that is a transposed source. */
interface Transposed {
  readonly source: string;
  /** For each of its axes the source's. */
  readonly order: readonly number[];
  /** Of the node that makes it, should it be needed. */
  readonly node: string;
}

class Sinking {
  readonly #graph: Graph;
  readonly #names: FreshNames;
  readonly #nodes: GraphNode[] = [];
  readonly #values: Record<string, TensorType>;
  readonly #transposed = new Map<string, Transposed>();
  /** By a value and an order of its axes, the value that is that. */
  readonly #made = new Map<string, string>();

  constructor(graph: Graph, names: FreshNames) {
    this.#graph = graph;
    this.#names = names;
    this.#values = { ...graph.values };
  }

  run(): Graph {
    for (const node of this.#graph.nodes) {
      if (!this.#remember(node) && !this.#move(node)) {
        this.#nodes.push({ ...node, inputs: node.inputs.map((name) => this.#find(name)) });
      }
    }
    for (const output of new Set(this.#graph.outputs)) {
      const transposed = this.#transposed.get(output);
      // An output has its own name, whatever else is the same.
      if (transposed !== undefined && this.#find(output) !== output) this.#transpose(transposed, output);
    }
    return { ...this.#graph, nodes: this.#nodes, values: this.#values };
  }

  /** Whether the node is a transpose, which waits until its output is needed. */
  #remember({ name, op, attributes, inputs: [input], outputs: [output] }: GraphNode): boolean {
    const order = getOp(op).permutation?.(attributes);
    if (order === undefined || valueType(this.#graph, input).quantization?.axis !== undefined) return false;
    const before = this.#transposed.get(input);
    const whole = before === undefined ? order : order.map((axis) => before.order[axis]);
    this.#transposed.set(output, { source: before?.source ?? input, order: whole, node: name });
    return true;
  }

  /** Puts the node before the transposes of its inputs, if it can be. */
  #move(node: GraphNode): boolean {
    const { reorder } = getOp(node.op);
    const order = node.inputs.map((name) => this.#orderOf(name)).find((found) => found !== undefined);
    if (reorder === undefined || order === undefined || node.outputs.length !== 1) return false;
    const context = nodeContext(this.#graph, node);
    const types = [...context.inputs, ...context.outputs].filter((type) => type !== undefined);
    const reordered = types.every(({ quantization }) => quantization?.axis === undefined) && reorder(context, order);
    const largest = types.reduce((most, { shape }) => Math.max(most, elementCount(shape)), 0);
    const canMove = node.inputs.every((name, slot) => this.#canMove(name, context.inputs[slot], order, largest));
    if (!reordered || !canMove) return false;
    const inputs = node.inputs.map((name, slot) => this.#sourceOf(name, context.inputs[slot], order));
    const { attributes, sourceOrder } = reordered;
    const [output] = node.outputs;
    const outputOrder = reordered.order ?? order;
    const isInPlace = isIdentityOrder(outputOrder);
    const made = isInPlace ? output : this.#names.next(`${output}/source`);
    if (!isInPlace) {
      const type = valueType(this.#graph, output);
      this.#values[made] = { ...type, shape: bySourceAxis(type.shape, outputOrder) };
      const name = this.#names.next(`${node.name}/transpose`);
      this.#transposed.set(output, { source: made, order: outputOrder, node: name });
    }
    this.#nodes.push({
      ...node,
      attributes,
      inputs: sourceOrder ? inputs.map((name) => this.#ordered(name, sourceOrder)) : inputs,
      outputs: [made],
    });
    return true;
  }

  #orderOf(name: string): readonly number[] | undefined {
    const order = this.#transposed.get(name)?.order;
    return order === undefined || isIdentityOrder(order) ? undefined : order;
  }

  /**
   * Whether an input is transposed as the others are, or costs little to be put in the order of their sources.
   * @param largest elements of the largest input or output
   */
  #canMove(name: string, type: TensorType | undefined, order: readonly number[], largest: number): boolean {
    if (type === undefined || String(this.#orderOf(name)) === String(order)) return true;
    const count = elementCount(type.shape);
    const isCheap = count === 1 || count < largest || Object.hasOwn(this.#graph.constants, name);
    return type.shape.length <= order.length && isCheap;
  }

  /** The value that an input is when the node stands before the transposes. */
  #sourceOf(name: string, type: TensorType | undefined, order: readonly number[]): string {
    const transposed = this.#transposed.get(name);
    if (transposed !== undefined && String(transposed.order) === String(order)) return transposed.source;
    const found = this.#find(name);
    if (type === undefined || elementCount(type.shape) === 1) return found;
    const missing = order.length - type.shape.length;
    const shape = [...Array<number>(missing).fill(1), ...type.shape];
    const full = missing === 0 ? found : this.#make(`${found} reshaped`, found, 'reshape', { shape }, shape);
    return this.#ordered(full, inverseOrder(order));
  }

  /** The name under which a value exists, of a transposed one after it was made. */
  #find(name: string): string {
    const transposed = this.#transposed.get(name);
    if (transposed === undefined) return name;
    const { source, order } = transposed;
    if (isIdentityOrder(order)) return source;
    const key = `${source} ${order.join(' ')}`;
    if (!this.#made.has(key)) this.#transpose(transposed, name);
    return this.#made.get(key)!;
  }

  #transpose({ source, order, node }: Transposed, output: string): void {
    this.#nodes.push({
      name: node,
      op: 'transpose',
      attributes: { permutation: order },
      inputs: [source],
      outputs: [output],
    });
    this.#made.set(`${source} ${order.join(' ')}`, output);
  }

  /** A value with its axes in another order. */
  #ordered(source: string, order: readonly number[]): string {
    const shape = order.map((axis) => this.#values[source].shape[axis]);
    return this.#make(`${source} ${order.join(' ')}`, source, 'transpose', { permutation: order }, shape);
  }

  /** The result of a new node, unless there is one that has made it. */
  #make(key: string, source: string, op: string, attributes: object, shape: Shape): string {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const name = this.#names.next(`${source}/${op}`);
    this.#values[name] = { ...this.#values[source], shape };
    this.#nodes.push({ name, op, attributes, inputs: [source], outputs: [name] });
    this.#made.set(key, name);
    return name;
  }
}
