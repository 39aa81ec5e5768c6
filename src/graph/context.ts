import { NumericError, ShapeError } from '../errors.ts';
import type { OpContext } from '../ops/define-op.ts';
import { getOp } from '../ops/registry.ts';
import { toFloat16 } from '../tensor/float16.ts';
import { dequantizeTensor } from '../tensor/quantize-tensor.ts';
import type { Rounding } from '../tensor/requantize.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import type { Graph, GraphNode } from './graph.ts';

/** The values of a graph, computed or not. */
type Values = Pick<Graph, 'name' | 'values' | 'constants'>;

/** Type of a value of the graph. @throws ShapeError when the graph does not know the name */
export function valueType(graph: Values, name: string): TensorType {
  if (!Object.hasOwn(graph.values, name)) {
    throw new ShapeError(`graph "${graph.name}": value "${name}" is used but has no type. Add it to \`values\`.`);
  }
  return graph.values[name];
}

/** What an op is shown of one of its nodes. */
export function nodeContext(graph: Values, node: GraphNode, rounding: Rounding = 'float'): OpContext<object> {
  return asComputed(node.op, {
    name: node.name,
    attributes: node.attributes,
    inputs: node.inputs.map((name) => (name === '' ? undefined : valueType(graph, name))),
    constants: node.inputs.map((name) => (Object.hasOwn(graph.constants, name) ? graph.constants[name] : undefined)),
    outputs: node.outputs.map((name) => valueType(graph, name)),
    rounding,
  });
}

/**
 * The context with the types that an op computes with. How activations are stored is no op's matter: it is shown float32
 * where they are float16. Constants are what they are, and so is what a decoder decodes.
 */
export function asComputed(op: string, context: OpContext<object>): OpContext<object> {
  const widened = <T extends TensorType | undefined>(type: T): T =>
    type?.dtype === 'float16' ? { ...type, dtype: 'float32' } : type;
  const isStored = (index: number): boolean => context.constants[index] === undefined && !getOp(op).isDecoder;
  return {
    ...context,
    inputs: context.inputs.map((type, index) => (isStored(index) ? widened(type) : type)),
    outputs: context.outputs.map(widened),
  };
}

/** What a node's op computes by its reference: in float32, and rounded where an output is stored as float16. */
export function computeNode(
  graph: Values,
  node: GraphNode,
  rounding: Rounding,
  inputs: readonly (Tensor | undefined)[],
): readonly Tensor[] {
  const context = nodeContext(graph, node, rounding);
  const computed = inputs.map((tensor, index) =>
    tensor?.dtype === 'float16' && context.inputs[index]?.dtype === 'float32' ? dequantizeTensor(tensor) : tensor,
  );
  const results = naming(node, () => getOp(node.op).reference(context, computed));
  return results.map((tensor, index) =>
    valueType(graph, node.outputs[index]).dtype === 'float16' ? toFloat16(tensor) : tensor,
  );
}

/** The work's errors about numbers with the node in front: what checks scales and sums does not know whose they are. */
export function naming<T>({ op, name }: GraphNode, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NumericError) || error.message.includes(`"${name}"`)) throw error;
    throw new NumericError(`${op} "${name}": ${error.message}`, { cause: error });
  }
}

/** For every value the nodes that read it; graph outputs are not readers. */
export function consumersOf(graph: Graph): Map<string, GraphNode[]> {
  const consumers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const name of new Set(node.inputs)) {
      if (name === '') continue;
      const readers = consumers.get(name);
      if (readers === undefined) consumers.set(name, [node]);
      else readers.push(node);
    }
  }
  return consumers;
}

/** The same graph without the values and constants that nothing names any more. */
export function withoutUnusedValues(graph: Graph): Graph {
  const used = new Set([...graph.inputs, ...graph.outputs]);
  for (const node of graph.nodes) for (const name of [...node.inputs, ...node.outputs]) used.add(name);
  const keep = <T>(entries: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).filter(([name]) => used.has(name)));
  return { ...graph, values: keep(graph.values), constants: keep(graph.constants) };
}

/** The same graph without the nodes whose outputs nothing reads; what stands for something unsupported stays, to be told. */
export function withoutUnreadNodes(graph: Graph): Graph {
  const needed = new Set(graph.outputs);
  const nodes: GraphNode[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name)) && getOp(node.op).standsFor === undefined) continue;
    for (const name of node.inputs) needed.add(name);
    nodes.push(node);
  }
  return { ...graph, nodes: nodes.reverse() };
}
