import { getOp } from '../ops/registry.ts';
import type { TensorType } from '../tensor/tensor.ts';
import type { Graph, GraphNode } from './graph.ts';

/**
 * Gives weights that a file stores as float16 or as codes, and decodes before a float32 layer, to the layer as they are:
 * a half or a quarter of the memory, for the same numbers.
 */
export function keepCodedWeights(graph: Graph): Graph {
  const decoders = new Map<string, GraphNode>();
  for (const node of graph.nodes) if (getOp(node.op).isDecoder) decoders.set(node.outputs[0], node);
  const nodes = graph.nodes.map((node) => {
    const rule = getOp(node.op).quantization?.weights;
    const decoder = rule?.isCodedToo ? decoders.get(node.inputs[rule.input]) : undefined;
    if (rule === undefined || decoder === undefined) return node;
    const [source] = decoder.inputs;
    const isReadable = Object.hasOwn(graph.constants, source) && isCoded(graph.values[source], rule.axis);
    return isReadable ? { ...node, inputs: node.inputs.with(rule.input, source) } : node;
  });
  return nodes.some((node, index) => node !== graph.nodes[index]) ? { ...graph, nodes } : graph;
}

function isCoded({ dtype, quantization }: TensorType, axis: number): boolean {
  if (dtype === 'float16') return true;
  if (dtype !== 'int8' || quantization === undefined || quantization.blockSize !== undefined) return false;
  const { scales, zeroPoints } = quantization;
  return (scales.length === 1 || quantization.axis === axis) && zeroPoints.every((zeroPoint) => zeroPoint === 0);
}
