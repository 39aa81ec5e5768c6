import type { Neighbour } from '../ops/define-op.ts';
import { getOp } from '../ops/registry.ts';
import { consumersOf, nodeContext, withoutUnusedValues } from './context.ts';
import type { Graph, GraphNode } from './graph.ts';

/**
 * Merges nodes where an op declares that it can absorb its neighbour: a pad before it, an activation or a residual add
 * after it. Values that exist only between two merged nodes disappear; what the graph computes does not change.
 */
export function fuse(graph: Graph): Graph {
  let current = graph;
  for (;;) {
    const next = fuseOnce(current);
    if (next === undefined) return withoutUnusedValues(current);
    current = next;
  }
}

/** One merge, or undefined when no op accepts another. */
function fuseOnce(graph: Graph): Graph | undefined {
  const consumers = consumersOf(graph);
  const producers = new Map<string, GraphNode>();
  for (const node of graph.nodes) for (const name of node.outputs) producers.set(name, node);
  const isPrivate = (name: string): boolean => !graph.outputs.includes(name) && consumers.get(name)?.length === 1;

  for (const node of graph.nodes) {
    const op = getOp(node.op);
    const self = neighbour(graph, node);
    const producer = producers.get(node.inputs[0]);
    if (op.absorbProducer && producer && isPrivate(node.inputs[0])) {
      const absorbed = op.absorbProducer(self, neighbour(graph, producer));
      if (absorbed) return replace(graph, producer, node, { ...node, ...absorbed });
    }
    if (op.absorbConsumer && node.outputs.length === 1 && isPrivate(node.outputs[0])) {
      const consumer = consumers.get(node.outputs[0])![0];
      const slots = consumer.inputs.flatMap((name, slot) => (name === node.outputs[0] ? [slot] : []));
      // A consumer that reads the value twice (x + x) still needs it as a value.
      if (slots.length !== 1) continue;
      const absorbed = op.absorbConsumer(self, neighbour(graph, consumer), slots[0]);
      if (absorbed) return replace(graph, node, consumer, { ...node, ...absorbed, outputs: consumer.outputs });
    }
  }
  return undefined;
}

function neighbour(graph: Graph, node: GraphNode): Neighbour {
  return { op: node.op, attributes: node.attributes, inputs: node.inputs, context: nodeContext(graph, node) };
}

/** `merged` takes the place of the later node, where the inputs of both are known; the earlier one goes. */
function replace(graph: Graph, earlier: GraphNode, later: GraphNode, merged: GraphNode): Graph {
  return {
    ...graph,
    nodes: graph.nodes.flatMap((node) => (node === earlier ? [] : node === later ? [merged] : [node])),
  };
}
