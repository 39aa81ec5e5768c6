import { sameEncoding } from '../ops/lib/operands.ts';
import { getOp } from '../ops/registry.ts';
import { sameShape } from '../tensor/shape.ts';
import { nodeContext, withoutUnusedValues } from './context.ts';
import type { Graph, GraphNode } from './graph.ts';

/**
 * Takes out nodes that give back what they are given, in every respect: a pad of nothing, a concat of one, a slice of
 * everything. What lies on both sides of one can merge then. One that makes an output of the graph stays, for its name.
 */
export function dropIdentities(graph: Graph): Graph {
  const outputs = new Set(graph.outputs);
  const sources = new Map<string, string>();
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => sources.get(name) ?? name);
    if (!outputs.has(node.outputs[0]) && isIdentity(graph, node)) sources.set(node.outputs[0], inputs[0]);
    else nodes.push({ ...node, inputs });
  }
  return sources.size === 0 ? graph : withoutUnusedValues({ ...graph, nodes });
}

function isIdentity(graph: Graph, node: GraphNode): boolean {
  const { inputOffsets } = getOp(node.op);
  if (inputOffsets === undefined || node.inputs.length !== 1) return false;
  const context = nodeContext(graph, node);
  const [input] = context.inputs;
  const [output] = context.outputs;
  const isSame = input !== undefined && sameShape(input.shape, output.shape) && sameEncoding(input, output);
  return isSame && inputOffsets(context)?.[0] === 0;
}
