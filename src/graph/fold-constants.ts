import { getOp } from '../ops/registry.ts';
import { bytesPerElement } from '../tensor/dtype.ts';
import type { Rounding } from '../tensor/requantize.ts';
import { elementCount } from '../tensor/shape.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import { naming, nodeContext, valueType, withoutUnusedValues } from './context.ts';
import type { Graph, GraphNode } from './graph.ts';

/** Folded constants may always take this many bytes, and beyond it this many times the graph's own constants. */
const smallBytes = 2 ** 16;
const growth = 4;

/**
 * Computes, with the references, the nodes whose inputs are all constants, and drops nodes nothing reads.
 *
 * A small file may ask for a huge constant (a pad, a broadcast add), so all folded constants together are held to a few
 * times what the graph brings: dequantized weights fit, and what does not fit is left to the device. So are products and
 * windows over constants, whose references could take hours.
 */
export function foldConstants(graph: Graph, rounding: Rounding): Graph {
  const constants: Record<string, Tensor> = { ...graph.constants };
  const nodes: GraphNode[] = [];
  const outputs = new Set(graph.outputs);
  let budget = Math.max(smallBytes, growth * totalBytes(Object.values(graph.constants)));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (Object.hasOwn(constants, name) ? constants[name] : undefined));
    const isConstant = node.inputs.every((name, index) => name === '' || inputs[index] !== undefined);
    const bytes = totalBytes(node.outputs.map((name) => valueType(graph, name)));
    const op = getOp(node.op);
    // A graph output stays a node's output: the session reads it from the device.
    if (!isConstant || op.isHeavy || bytes > budget || node.outputs.some((name) => outputs.has(name))) {
      nodes.push(node);
      continue;
    }
    budget -= bytes;
    const context = nodeContext({ ...graph, constants }, node, rounding);
    const results = naming(node, () => op.reference(context, inputs));
    node.outputs.forEach((name, index) => (constants[name] = results[index]));
  }
  return withoutUnusedValues(withoutUnreadNodes({ ...graph, nodes, constants }));
}

function totalBytes(types: readonly TensorType[]): number {
  return types.reduce((sum, { dtype, shape }) => sum + elementCount(shape) * bytesPerElement(dtype), 0);
}

function withoutUnreadNodes(graph: Graph): Graph {
  const needed = new Set(graph.outputs);
  const nodes: GraphNode[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    nodes.push(node);
  }
  return { ...graph, nodes: nodes.reverse() };
}
