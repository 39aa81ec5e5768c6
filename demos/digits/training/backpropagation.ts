import type { Graph, GraphNode } from 'quadot';
import { type Attributes, type Call, operations } from './operations.ts';

/** Numbers by value name. */
export type Numbers = Record<string, Float32Array>;

/** Computes every value of a float32 graph. */
export function forward(graph: Graph, weights: Readonly<Numbers>, inputs: Readonly<Numbers>): Numbers {
  const values: Numbers = { ...weights, ...inputs };
  for (const node of graph.nodes) {
    values[node.outputs[0]] = operations[node.op].forward(callOf(graph, node, values));
  }
  return values;
}

/**
 * Gradients of the mean cross entropy for the weights.
 * @param values what `forward` gave; the graph ends in a softmax
 * @param labels the right class of each row
 */
export function backward(
  graph: Graph,
  weights: Readonly<Numbers>,
  values: Readonly<Numbers>,
  labels: Uint8Array,
): Numbers {
  const [output] = graph.outputs;
  const probabilities = values[output];
  const classes = probabilities.length / labels.length;
  const gradients: Numbers = {
    [output]: probabilities.map(
      (probability, index) =>
        (probability - (labels[Math.floor(index / classes)] === index % classes ? 1 : 0)) / labels.length,
    ),
  };
  for (const node of [...graph.nodes].reverse()) {
    const gradient = gradients[node.outputs[0]];
    const inputGradients = operations[node.op].backward(callOf(graph, node, values), values[node.outputs[0]], gradient);
    node.inputs.forEach((name, slot) => {
      const earlier = gradients[name];
      gradients[name] = earlier
        ? earlier.map((value, index) => value + inputGradients[slot][index])
        : inputGradients[slot];
    });
  }
  return Object.fromEntries(Object.keys(weights).map((name) => [name, gradients[name]]));
}

/** Mean of −ln p(right class). */
export function crossEntropy(probabilities: Float32Array, labels: Uint8Array): number {
  const classes = probabilities.length / labels.length;
  let sum = 0;
  labels.forEach((label, row) => (sum -= Math.log(Math.max(probabilities[row * classes + label], 1e-12))));
  return sum / labels.length;
}

function callOf(graph: Graph, node: GraphNode, values: Readonly<Numbers>): Call {
  return {
    attributes: node.attributes as Attributes,
    inputs: node.inputs.map((name) => values[name]),
    inputShapes: node.inputs.map((name) => graph.values[name].shape),
    outputShape: graph.values[node.outputs[0]].shape,
  };
}
