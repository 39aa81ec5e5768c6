import { getOp } from '../ops/registry.ts';
import type { Rounding } from '../tensor/requantize.ts';
import type { TensorType } from '../tensor/tensor.ts';
import { nodeContext } from './context.ts';
import type { FreshNames } from './fresh-names.ts';
import type { Graph, GraphNode } from './graph.ts';

/** Puts several nodes in place of each that its op cannot compute in one launch; the last keeps its name and outputs. */
export function splitNodes(graph: Graph, rounding: Rounding, names: FreshNames): Graph {
  const values: Record<string, TensorType> = { ...graph.values };
  const nodes = graph.nodes.flatMap((node): readonly GraphNode[] => {
    const parts = getOp(node.op).split?.(nodeContext(graph, node, rounding));
    if (parts === undefined) return [node];
    const results: string[] = [];
    return parts.map(({ attributes, inputs, output }, index) => {
      const isLast = index === parts.length - 1;
      const name = isLast ? node.name : names.next(`${node.name}/part`);
      const result = isLast ? node.outputs[0] : names.next(`${node.outputs[0]}/part`);
      // The whole's type says how it is stored.
      if (!isLast) values[result] = output;
      results.push(result);
      const read = inputs.map((from) => ('part' in from ? results[from.part] : node.inputs[from.input]));
      return { name, op: node.op, attributes, inputs: read, outputs: [result] };
    });
  });
  return nodes.length === graph.nodes.length ? graph : { ...graph, nodes, values };
}
