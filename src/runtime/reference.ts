import { ShapeError } from '../errors.ts';
import { computeNode } from '../graph/context.ts';
import type { Graph } from '../graph/graph.ts';
import { firstStates } from '../graph/states.ts';
import type { Rounding } from '../tensor/requantize.ts';
import { createTensor, type Tensor } from '../tensor/tensor.ts';

/**
 * Runs a graph on the CPU with the ops' plain references: slow, and what the GPU's results are compared with.
 * @param inputs a tensor for every graph input; those that hold a state may be left out in the first run
 * @returns every value of the graph by name, intermediates included
 * @throws ShapeError when an input is missing, or of another dtype or length
 */
export function runReference(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  rounding: Rounding = 'float',
): Map<string, Tensor> {
  const values = new Map<string, Tensor>(Object.entries(graph.constants));
  const all = { ...firstStates(graph), ...inputs };
  for (const name of graph.inputs) {
    if (!Object.hasOwn(all, name)) {
      throw new ShapeError(`graph "${graph.name}": input "${name}" is missing. Inputs: ${graph.inputs.join(', ')}.`);
    }
    const type = graph.values[name];
    const { dtype, data } = all[name];
    if (dtype !== type.dtype) {
      throw new ShapeError(`graph "${graph.name}": input "${name}" is ${type.dtype}, got ${dtype}. Convert the data.`);
    }
    // A tensor from elsewhere may not say how its codes are meant; the graph does.
    values.set(name, createTensor(type, data));
  }
  for (const node of graph.nodes) {
    const arguments_ = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    const results = computeNode(graph, node, rounding, arguments_);
    node.outputs.forEach((name, index) => values.set(name, results[index]));
  }
  return values;
}
