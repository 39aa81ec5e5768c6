import type { Graph, GraphNode } from '../../src/graph/graph.ts';
import { dequantizeTensor } from '../../src/tensor/quantize-tensor.ts';
import type { Tensor, TensorType } from '../../src/tensor/tensor.ts';

const conversions = new Set(['quantize', 'dequantize']);

/** The float32 network that an 8-bit one stands for: the same layers, with the real numbers that its codes mean. */
export function floatGraph(graph: Graph): Graph {
  const renamed = new Map<string, string>();
  const find = (name: string): string => renamed.get(name) ?? name;
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    if (conversions.has(node.op)) renamed.set(node.outputs[0], find(node.inputs[0]));
    else nodes.push({ ...node, inputs: node.inputs.map(find) });
  }
  const values: Record<string, TensorType> = {};
  for (const [name, { shape }] of Object.entries(graph.values)) {
    if (!renamed.has(name)) values[name] = { dtype: 'float32', shape };
  }
  const constants: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(graph.constants)) constants[name] = dequantizeTensor(tensor);
  return { ...graph, name: `${graph.name}, float`, nodes, values, constants, outputs: graph.outputs.map(find) };
}
