import { getOp } from '../ops/registry.ts';
import { bytesPerElement } from '../tensor/dtype.ts';
import type { Rounding } from '../tensor/requantize.ts';
import { elementCount } from '../tensor/shape.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import { computeNode, valueType, withoutUnreadNodes, withoutUnusedValues } from './context.ts';
import type { Graph, GraphNode } from './graph.ts';

/** What may always be read, and written, to fold constants; beyond it, this many times the graph's own constants. */
const smallBytes = 2 ** 16;
const growth = 9;

/**
 * Drops nodes nothing reads, and computes, with the references, those whose inputs are all constants.
 *
 * A small file may ask for a huge constant (a pad, a broadcast add), or have one of its own reduced a thousand times, so
 * what all folded nodes together write, and what they read, is held to a few times what the graph brings: 8-bit weights
 * that are dequantized and then joined fit, and what does not fit is left to the device. So are products and windows
 * over constants, whose references could take hours.
 */
export function foldConstants(source: Graph, rounding: Rounding): Graph {
  const graph = withoutUnreadNodes(source);
  const constants: Record<string, Tensor> = { ...graph.constants };
  const nodes: GraphNode[] = [];
  const outputs = new Set(graph.outputs);
  let writable = Math.max(smallBytes, growth * totalBytes(Object.values(graph.constants)));
  let readable = writable;
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (Object.hasOwn(constants, name) ? constants[name] : undefined));
    const isConstant = node.inputs.every((name, index) => name === '' || inputs[index] !== undefined);
    const read = totalBytes(inputs.filter((tensor) => tensor !== undefined));
    const written = totalBytes(node.outputs.map((name) => valueType(graph, name)));
    const op = getOp(node.op);
    const isWithinBudget = read <= readable && written <= writable;
    // A graph output stays a node's output: the session reads it from the device.
    if (!isConstant || op.isHeavy || !isWithinBudget || node.outputs.some((name) => outputs.has(name))) {
      nodes.push(node);
      continue;
    }
    readable -= read;
    writable -= written;
    const results = computeNode({ ...graph, constants }, node, rounding, inputs);
    node.outputs.forEach((name, index) => (constants[name] = results[index]));
  }
  return withoutUnusedValues({ ...graph, nodes, constants });
}

function totalBytes(types: readonly TensorType[]): number {
  return types.reduce((sum, { dtype, shape }) => sum + elementCount(shape) * bytesPerElement(dtype), 0);
}
