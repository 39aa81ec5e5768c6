import { getOp } from '../ops/registry.ts';
import type { Rounding } from '../tensor/requantize.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { nodeContext, withoutUnusedValues } from './context.ts';
import type { Graph, GraphNode } from './graph.ts';

/** Computes, with the references, every node whose inputs are all constants, and drops nodes nothing reads. */
export function foldConstants(graph: Graph, rounding: Rounding): Graph {
  const constants: Record<string, Tensor> = { ...graph.constants };
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (Object.hasOwn(constants, name) ? constants[name] : undefined));
    const isConstant = node.inputs.every((name, index) => name === '' || inputs[index] !== undefined);
    // A graph output stays a node's output: the session reads it from the device.
    if (!isConstant || node.outputs.some((name) => graph.outputs.includes(name))) {
      nodes.push(node);
      continue;
    }
    const context = nodeContext({ ...graph, constants }, node, rounding);
    const results = getOp(node.op).reference(context, inputs);
    node.outputs.forEach((name, index) => (constants[name] = results[index]));
  }
  return withoutUnusedValues(withoutUnreadNodes({ ...graph, nodes, constants }));
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
