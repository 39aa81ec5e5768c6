import { ShapeError } from '../errors.ts';
import { getOp } from '../ops/registry.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';
import { nodeContext } from './context.ts';
import type { Graph, GraphNode } from './graph.ts';

/**
 * The graph with other input shapes, and every shape that follows from them.
 * @param inputShapes new shapes by input name; inputs not named keep theirs
 * @throws ShapeError when an input does not exist or an op refuses its new shapes
 */
export function propagateShapes(graph: Graph, inputShapes: Readonly<Record<string, Shape>>): Graph {
  const values: Record<string, TensorType> = { ...graph.values };
  for (const [name, shape] of Object.entries(inputShapes)) {
    if (!graph.inputs.includes(name)) {
      throw new ShapeError(`graph "${graph.name}" has no input "${name}". Its inputs: ${graph.inputs.join(', ')}.`);
    }
    values[name] = { ...values[name], shape };
  }
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const op = getOp(node.op);
    const context = nodeContext({ ...graph, values }, node);
    const attributes = op.adaptAttributes?.(nodeContext(graph, node), context.inputs) ?? node.attributes;
    const shapes = op.inferShape({ ...context, attributes });
    node.outputs.forEach((name, index) => (values[name] = { ...values[name], shape: shapes[index] }));
    nodes.push(attributes === node.attributes ? node : { ...node, attributes });
  }
  return { ...graph, nodes, values };
}

/**
 * The graph for another batch size: the first axis of every input, and what follows from it.
 * @throws ShapeError when the batch is not a positive integer or the inputs do not share one batch axis,
 *   or the graph holds for its own batch alone
 */
export function withBatch(graph: Graph, batch: number): Graph {
  const shapes = batchShapes(graph, batch);
  const [first] = graph.values[graph.inputs[0]].shape;
  if (graph.fixedBatch !== undefined && batch !== first) {
    throw new ShapeError(
      `graph "${graph.name}": "${graph.fixedBatch}" was computed for a batch of ${first} when the model was imported. ` +
        `Import the model with the option batch: ${batch}.`,
    );
  }
  return propagateShapes(graph, shapes);
}

/** Shapes of the inputs by their names for another batch size. @throws ShapeError as `withBatch` */
export function batchShapes(graph: Graph, batch: number): Readonly<Record<string, Shape>> {
  if (!Number.isInteger(batch) || batch < 1) {
    throw new ShapeError(`batch ${batch} is not a positive integer.`);
  }
  if (graph.inputs.length === 0) throw new ShapeError(`graph "${graph.name}" has no input, and so no batch.`);
  const first = graph.values[graph.inputs[0]].shape[0];
  const shapes = graph.inputs.map((name) => {
    const { shape } = graph.values[name];
    if (shape.length === 0 || shape[0] !== first) {
      throw new ShapeError(
        `graph "${graph.name}": input "${name}" ${formatShape(shape)} does not start with the batch axis ${first} of "${graph.inputs[0]}".`,
      );
    }
    return [name, [batch, ...shape.slice(1)]] as const;
  });
  return Object.fromEntries(shapes);
}
