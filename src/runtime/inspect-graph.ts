import type { Graph } from '../graph/graph.ts';
import type { Capabilities, Engine } from '../gpu/capabilities.ts';
import type { UnsupportedOperator } from '../ops/lib/unsupported-operator.ts';
import { getOp } from '../ops/registry.ts';
import { bytesPerElement, type DType } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';
import { compile, type Program, type Step } from './compile.ts';

/** A device as far as the choice of kernels goes. A Device is one. */
export interface KernelTarget {
  readonly capabilities: Capabilities;
  readonly engine: Engine;
}

/** One layer of a graph: a node, or several that run as one. */
export interface GraphLayer extends Omit<TensorType, 'dtype'> {
  readonly name: string;
  /** Of an operator that a file has and this library has not, what the file calls it. */
  readonly op: string;
  /** Element type of its output; of such an operator, as the file calls it. */
  readonly dtype: string;
  /** Element type of its weights, where it has any. */
  readonly weights?: DType;
  /**
   * The shader that computes it, `none` when no work is needed, `unsupported` when there is none for it, `unknown` when that
   * depends on something before it that is unsupported; absent when no device was given, unless it is one of the latter two.
   */
  readonly kernel?: string;
  /** Why an operator of a file has no kernel. */
  readonly reason?: string;
  /** Bytes of its constants as the graph has them. */
  readonly constantBytes: number;
  /** Bytes of its outputs, without the padding of the device layout. */
  readonly outputBytes: number;
  /** Products of weights and inputs, or of two matrices; 0 for layers without. */
  readonly multiplyAccumulates: number;
}

/** What a graph is made of. */
export interface GraphSummary {
  readonly name: string;
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
  /** Of the inputs that hold what the graph remembers, each with the output that takes its place in the next run. */
  readonly states: Readonly<Record<string, string>>;
  /** After constants are folded and layers merged: what runs. */
  readonly layers: readonly GraphLayer[];
  readonly constantBytes: number;
  readonly multiplyAccumulates: number;
  /**
   * Ops that no kernel computes as the graph uses them, and operators of a file that this library does not have, with the
   * number of such nodes; empty for a graph that runs.
   */
  readonly unsupported: Readonly<Record<string, number>>;
}

/**
 * What every device has, without optional features; but for sizes, which are a device's matter: on none in particular
 * nothing is cut.
 */
export const leastCapable: KernelTarget = {
  engine: 'scalar',
  capabilities: {
    vendor: '',
    architecture: '',
    description: '',
    isSoftware: false,
    features: [],
    languageFeatures: [],
    subgroupSizes: [0, 0],
    limits: {
      maxBufferSize: Infinity,
      maxStorageBufferBindingSize: Infinity,
      maxStorageBuffersPerShaderStage: 8,
      maxComputeWorkgroupStorageSize: 16384,
      maxComputeInvocationsPerWorkgroup: 256,
      maxComputeWorkgroupSizeX: 256,
      maxComputeWorkgroupSizeY: 256,
      maxComputeWorkgroupSizeZ: 64,
      maxComputeWorkgroupsPerDimension: 65535,
      minStorageBufferOffsetAlignment: 256,
      minUniformBufferOffsetAlignment: 256,
    },
  },
};

/**
 * The layers of a graph as they would run, without running or uploading anything.
 * @param target a device, for the kernels it would choose; not needed for the rest
 * @throws ShapeError, FormatError when the graph is none
 * @throws UnsupportedOpError for an op that does not exist; nodes without a kernel are told in the summary
 */
export function inspectGraph(graph: Graph, target?: KernelTarget): GraphSummary {
  const { capabilities, engine } = target ?? leastCapable;
  const options = { engine, rounding: 'float', fusion: true, sharePipelines: false, keepsUnsupported: true } as const;
  const program = compile(graph, capabilities, options);
  const layers = program.steps.map((step) => describeLayer(graph, program, step, target !== undefined));
  const typesOf = (names: readonly string[]): Record<string, TensorType> =>
    Object.fromEntries(names.map((name) => [name, graph.values[name]]));
  return {
    name: graph.name,
    inputs: typesOf(graph.inputs),
    outputs: typesOf(graph.outputs),
    states: Object.fromEntries((graph.states ?? []).map(({ input, output }) => [input, output])),
    layers,
    constantBytes: layers.reduce((sum, layer) => sum + layer.constantBytes, 0),
    multiplyAccumulates: layers.reduce((sum, layer) => sum + layer.multiplyAccumulates, 0),
    unsupported: countUnsupported(program),
  };
}

function countUnsupported({ steps }: Program): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { node, isUnsupported } of steps) {
    const origin = getOp(node.op).standsFor?.(node.attributes);
    const name = origin?.operator ?? node.op;
    if (isUnsupported && origin?.isConsequence !== true) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function describeLayer(graph: Graph, { graph: lowered }: Program, step: Step, hasTarget: boolean): GraphLayer {
  const { node, kernel, dispatch, isUnsupported } = step;
  // The caller's graph has uint8 where the lowered one has int8.
  const typeOf = (name: string): TensorType =>
    Object.hasOwn(graph.values, name) ? graph.values[name] : lowered.values[name];
  const { dtype, shape, quantization } = typeOf(node.outputs[0]);
  const constantBytes = node.inputs
    .filter((name) => Object.hasOwn(lowered.constants, name))
    .reduce((sum, name) => sum + lowered.constants[name].data.byteLength, 0);
  const outputBytes = node.outputs
    .map(typeOf)
    .reduce((sum, type) => sum + elementCount(type.shape) * bytesPerElement(type.dtype), 0);
  const { quantization: rule, standsFor } = getOp(node.op);
  const weights = node.inputs[rule?.weights?.input ?? -1];
  const layer: GraphLayer = {
    name: node.name,
    op: node.op,
    ...(weights !== undefined && { weights: typeOf(weights).dtype }),
    ...(isUnsupported ? { kernel: 'unsupported' } : hasTarget && { kernel: kernel?.name ?? 'none' }),
    dtype,
    shape,
    quantization,
    constantBytes,
    outputBytes,
    multiplyAccumulates: dispatch?.cost.multiplyAccumulates ?? 0,
  };
  return standsFor === undefined ? layer : { ...layer, ...describeOrigin(standsFor(node.attributes)) };
}

/** What the file says of an operator, rather than what the node that stands for it has. */
function describeOrigin({ operator, reason, isConsequence, outputs }: UnsupportedOperator): Partial<GraphLayer> {
  return {
    op: operator,
    kernel: isConsequence ? 'unknown' : 'unsupported',
    reason,
    dtype: outputs[0]?.type ?? '',
    shape: outputs[0]?.shape ?? [],
    outputBytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
