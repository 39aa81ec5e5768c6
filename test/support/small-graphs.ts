import type { Graph, GraphNode } from '../../src/graph/graph.ts';
import { perTensor } from '../../src/tensor/quantization.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import type { Tensor, TensorType } from '../../src/tensor/tensor.ts';

const inputScale = Math.fround(0.05);
const weightScale = Math.fround(0.01);

/** int8 codes over their whole range. */
function codes(type: TensorType, seed: number): Tensor {
  const random = createRandom(seed);
  return { ...type, data: Int8Array.from({ length: elementCount(type.shape) }, () => random.integer(256) - 128) };
}

/**
 * int8 3×3 depthwise convolutions one after another, from `x` to `y` of the same shape [1, size, size, channels]: enough work that
 * something can happen while it runs.
 */
export function convolutionChain({
  layers,
  size,
  channels,
}: {
  readonly layers: number;
  readonly size: number;
  readonly channels: number;
}): Graph {
  const type: TensorType = {
    dtype: 'int8',
    shape: [1, size, size, channels],
    quantization: perTensor(inputScale, 3),
  };
  const values: Record<string, TensorType> = { x: type };
  const constants: Record<string, Tensor> = {};
  const nodes: GraphNode[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const weights: TensorType = {
      dtype: 'int8',
      shape: [1, 3, 3, channels],
      quantization: perTensor(weightScale, 0),
    };
    const name = `weights${layer}`;
    const output = layer === layers - 1 ? 'y' : `y${layer}`;
    values[name] = weights;
    values[output] = type;
    constants[name] = codes(weights, layer + 1);
    nodes.push({
      name: `convolution${layer}`,
      op: 'depthwise-conv2d',
      attributes: { strides: [1, 1], dilations: [1, 1], padding: [1, 1, 1, 1], activation: 'none' },
      inputs: [layer === 0 ? 'x' : `y${layer - 1}`, name],
      outputs: [output],
    });
  }
  return { name: 'chain', nodes, values, constants, inputs: ['x'], outputs: ['y'], metadata: {} };
}

/** Codes for the graph's only input. */
export function codesInput(graph: Graph, seed: number): Tensor {
  return codes(graph.values[graph.inputs[0]], seed + 1000);
}
