import { getOp } from '../ops/registry.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import type { Graph } from './graph.ts';

/**
 * Makes every uint8 value int8 by flipping its top bit (code − 128, zeroPoint − 128), so that kernels see int8 only.
 * The real numbers that the codes stand for do not change.
 */
export function lowerUnsigned(graph: Graph): Graph {
  if (!Object.values(graph.values).some((type) => type.dtype === 'uint8')) return graph;
  // Constants that share an array still share it afterwards.
  const lowered = new Map<Tensor['data'], Int8Array>();
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const isUnsigned = node.outputs.some((name) => graph.values[name].dtype === 'uint8');
      const lower = isUnsigned ? getOp(node.op).lowerUnsigned : undefined;
      return lower === undefined ? node : { ...node, attributes: lower(node.attributes) };
    }),
    values: Object.fromEntries(Object.entries(graph.values).map(([name, type]) => [name, lowerType(type)])),
    constants: Object.fromEntries(
      Object.entries(graph.constants).map(([name, tensor]) => [name, lowerTensor(tensor, lowered)]),
    ),
  };
}

function lowerType<T extends TensorType>(type: T): T {
  if (type.dtype !== 'uint8') return type;
  const { quantization } = type;
  return {
    ...type,
    dtype: 'int8',
    quantization: quantization && {
      ...quantization,
      zeroPoints: quantization.zeroPoints.map((zeroPoint) => zeroPoint - 128),
    },
  };
}

function lowerTensor(tensor: Tensor, lowered: Map<Tensor['data'], Int8Array>): Tensor {
  if (tensor.dtype !== 'uint8') return tensor;
  let codes = lowered.get(tensor.data);
  if (codes === undefined) {
    codes = new Int8Array(tensor.data.length);
    for (let i = 0; i < codes.length; i++) codes[i] = tensor.data[i] - 128;
    lowered.set(tensor.data, codes);
  }
  return { ...lowerType(tensor), data: codes };
}
