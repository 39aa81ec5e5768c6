import type { Graph, GraphNode } from '../graph/graph.ts';
import { consumersOf } from '../graph/context.ts';
import type { Dispatch } from '../ops/define-op.ts';
import { getOp } from '../ops/registry.ts';
import { toFloat16 } from '../tensor/float16.ts';
import { bytesPerQuad, deviceBytes } from '../tensor/quads.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import type { Launch, Program } from './compile.ts';
import { halvedShader } from './halved-shader.ts';

const largestFloat16 = 65504;

/**
 * The launch of a node that reads or writes values stored as float16, going through halves there.
 * @returns undefined when the op needs float32, or the shader has numbers one by one
 */
export function withHalves(graph: Graph, node: GraphNode, { kernel, dispatch }: Launch): Dispatch | undefined {
  const { isDecoder, needsFloat32 } = getOp(node.op);
  const isHalf = (name: string): boolean =>
    name !== '' && graph.values[name].dtype === 'float16' && !Object.hasOwn(graph.constants, name);
  const stored = new Set([...(isDecoder ? [] : node.inputs), ...node.outputs].filter(isHalf));
  const shader = halvedShader(kernel.name, dispatch, bindingsOf(node, dispatch, stored));
  if (needsFloat32 || shader === undefined) return undefined;
  // The kernel counted bytes of float32.
  const spared = [...stored].reduce((sum, name) => sum + deviceBytes('float16', graph.values[name].shape), 0);
  const { operations, bytes } = dispatch.cost;
  return { ...dispatch, shader, imports: {}, cost: { operations, bytes: bytes - spared } };
}

/** The bindings of a launch that are one of some values. */
function bindingsOf(node: GraphNode, { bindings }: Dispatch, names: ReadonlySet<string>): readonly number[] {
  return bindings.flatMap((binding, index) => {
    if ('constant' in binding) return [];
    return names.has('input' in binding ? node.inputs[binding.input] : node.outputs[binding.output]) ? [index + 1] : [];
  });
}

/**
 * Stores as float16 what lies between the layers in float32, and the weights of layers that read float16. The graph's own
 * inputs and outputs stay as they are, and so does what a shader reads or writes number by number. Memory shared by
 * several values holds one type, so that what needed no launch needs none.
 * @param program the graph as it would run in float32
 * @param alignment of a binding, in bytes
 */
export function storeHalves(
  { graph, steps, views }: Pick<Program, 'graph' | 'steps' | 'views'>,
  alignment: number,
): Graph {
  const root = (name: string): string => views.get(name)?.root ?? name;
  const kept = new Set([...graph.inputs, ...graph.outputs].map(root));
  // Where half the bytes are no place for a binding.
  const ratio = bytesPerQuad('float32') / bytesPerQuad('float16');
  for (const [name, { offset }] of views) if ((offset / ratio) % alignment !== 0) kept.add(root(name));
  for (const { node, kernel, dispatch } of steps) {
    if (kernel === undefined || dispatch === undefined) continue;
    for (const name of new Set([...node.inputs, ...node.outputs])) {
      if (name === '' || graph.values[name].dtype !== 'float32' || Object.hasOwn(graph.constants, name)) continue;
      const bindings = bindingsOf(node, dispatch, new Set([name]));
      const isWide = getOp(node.op).needsFloat32 || halvedShader(kernel.name, dispatch, bindings) === undefined;
      if (isWide) kept.add(root(name));
    }
  }
  const constants = { ...graph.constants, ...halfWeights(graph) };
  const stored = (name: string, type: TensorType): TensorType => {
    if (Object.hasOwn(constants, name)) return { ...type, dtype: constants[name].dtype };
    return type.dtype === 'float32' && !kept.has(root(name)) ? { ...type, dtype: 'float16' } : type;
  };
  const values = Object.fromEntries(
    Object.entries(graph.values).map(([name, type]) => [name, stored(name, type)] as const),
  );
  return { ...graph, values, constants };
}

/** The float32 weights of layers that also read float16, in float16. */
function halfWeights(graph: Graph): Record<string, Tensor> {
  const consumers = consumersOf(graph);
  const isWeights = ({ op, inputs }: GraphNode, name: string): boolean => {
    const rule = getOp(op).quantization?.weights;
    return rule?.isCodedToo === true && inputs.every((input, index) => input !== name || index === rule.input);
  };
  const weights = Object.entries(graph.constants).filter(
    ([name, { dtype, data }]) =>
      dtype === 'float32' &&
      !graph.outputs.includes(name) &&
      consumers.get(name)?.every((node) => isWeights(node, name)) &&
      data.every((weight) => Math.abs(weight) <= largestFloat16),
  );
  return Object.fromEntries(weights.map(([name, tensor]) => [name, toFloat16(tensor)] as const));
}
