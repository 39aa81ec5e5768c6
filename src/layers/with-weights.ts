import { ShapeError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The graph with other weights: constants are replaced by name, those not named stay.
 * @param weights of the dtypes and shapes the graph has, as `readSafetensors` gives them
 * @throws ShapeError when the graph has no constant of a name, or one of another type
 */
export function withWeights(graph: Graph, weights: Readonly<Record<string, Tensor>>): Graph {
  for (const [name, tensor] of Object.entries(weights)) {
    const constant = Object.hasOwn(graph.constants, name) ? graph.constants[name] : undefined;
    if (!constant) {
      throw new ShapeError(
        `withWeights: "${graph.name}" has no constant "${name}". It has ${Object.keys(graph.constants).join(', ') || 'none'}.`,
      );
    }
    if (constant.dtype !== tensor.dtype || !sameShape(constant.shape, tensor.shape)) {
      throw new ShapeError(
        `withWeights: "${name}" is ${constant.dtype} ${formatShape(constant.shape)} in "${graph.name}", ` +
          `the given tensor is ${tensor.dtype} ${formatShape(tensor.shape)}. The weights belong to another network.`,
      );
    }
  }
  const values = { ...graph.values };
  for (const [name, { dtype, shape, quantization }] of Object.entries(weights)) {
    values[name] = quantization ? { dtype, shape, quantization } : { dtype, shape };
  }
  return { ...graph, values, constants: { ...graph.constants, ...weights } };
}
