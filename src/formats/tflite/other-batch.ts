import { QuadotError, ShapeError } from '../../errors.ts';
import { nodeContext } from '../../graph/context.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { getOp } from '../../ops/registry.ts';
import { sameShape } from '../../tensor/shape.ts';
import type { Tensor, TensorType } from '../../tensor/tensor.ts';

/** The other batch is so many times as large: few computations give the same of both. */
const FACTOR = 7;

/**
 * What a graph under construction would be for another batch, as `withBatch` makes it, and as the importer would: where
 * constants or attributes that are computed of shapes differ between the two, the graph holds for its own batch alone.
 */
export class OtherBatch {
  readonly #graph: Pick<Graph, 'name' | 'values' | 'constants'>;
  /** Of values that are not constant. */
  readonly #types = new Map<string, TensorType>();
  /** Those of the graph's constants that would be others. */
  readonly #constants = new Map<string, Tensor>();
  #fixedBy: string | undefined;

  /** @param values, constants of the graph, to which more come */
  constructor(values: Graph['values'], constants: Graph['constants']) {
    this.#graph = { name: '', values, constants };
  }

  /** Name of a value that the graph has for its own batch alone; undefined when there is none. */
  get fixedBy(): string | undefined {
    return this.#fixedBy;
  }

  /** Whether a constant would be another. */
  changes(name: string): boolean {
    return this.#constants.has(name);
  }

  constant(name: string): Tensor | undefined {
    const { constants } = this.#graph;
    return this.#constants.get(name) ?? (Object.hasOwn(constants, name) ? constants[name] : undefined);
  }

  /** @throws ShapeError where the shape is not known, since an operator refuses the other batch */
  type(name: string): TensorType {
    const { values, constants } = this.#graph;
    const type = this.#types.get(name) ?? this.#constants.get(name);
    if (type !== undefined) return type;
    if (Object.hasOwn(constants, name)) return values[name];
    throw new ShapeError(`"${name}" has no shape for another batch.`);
  }

  addInput(name: string): void {
    const type = this.#graph.values[name];
    const [batch, ...others] = type.shape;
    this.#types.set(name, batch === undefined ? type : { ...type, shape: [FACTOR * batch, ...others] });
  }

  /** A constant that may be another. */
  addConstant(name: string, other: Tensor): void {
    const own = this.#graph.constants[name];
    const isSame = sameShape(own.shape, other.shape) && own.data.every((element, at) => element === other.data[at]);
    if (!isSame) this.#constants.set(name, other);
  }

  /**
   * A node whose results are constants.
   * @param attributes those that the importer would give it
   */
  addComputed(node: GraphNode, attributes: object | undefined): void {
    if (attributes === undefined && !node.inputs.some((name) => this.changes(name))) return;
    this.attempt(node.name, () => {
      const { context, op, shapes } = this.#infer(node, attributes ?? node.attributes);
      const outputs = context.outputs.map((type, index) => ({ ...type, shape: shapes[index] }));
      const constants = node.inputs.map((name) => this.constant(name));
      const results = op.reference({ ...context, constants, outputs }, constants);
      node.outputs.forEach((name, index) => this.addConstant(name, results[index]));
    });
  }

  /** A node that stays one. `attributes` as for `addComputed`. */
  addNode(node: GraphNode, attributes: object | undefined): void {
    const changed = node.inputs.find((name) => this.changes(name));
    if (changed !== undefined) this.fix(changed);
    try {
      const op = getOp(node.op);
      const inputs = node.inputs.map((name) => (name === '' ? undefined : this.type(name)));
      const adapted = op.adaptAttributes?.(nodeContext(this.#graph, node), inputs) ?? node.attributes;
      if (attributes !== undefined && JSON.stringify(adapted) !== JSON.stringify(attributes)) this.fix(node.name);
      const { shapes, context } = this.#infer(node, adapted);
      node.outputs.forEach((name, at) => this.#types.set(name, { ...context.outputs[at], shape: shapes[at] }));
    } catch (error) {
      // The batch cannot be changed, which `withBatch` finds, too.
      if (!(error instanceof QuadotError)) throw error;
    }
  }

  /** Does what may not be possible for the other batch; then the graph holds for its own alone. */
  attempt<T>(name: string, work: () => T): T | undefined {
    if (this.#fixedBy !== undefined) return undefined;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof QuadotError)) throw error;
      this.fix(name);
      return undefined;
    }
  }

  /** The graph has a value for its own batch alone. */
  fix(name: string): void {
    this.#fixedBy ??= name;
  }

  #infer(node: GraphNode, attributes: object) {
    const op = getOp(node.op);
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.type(name)));
    const context = { ...nodeContext(this.#graph, node), attributes, inputs };
    return { op, context, shapes: op.inferShape(context) };
  }
}
