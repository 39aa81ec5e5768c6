import type { Graph } from '../graph/graph.ts';
import type { Capabilities, Engine } from '../gpu/capabilities.ts';
import { getOp } from '../ops/registry.ts';
import { bytesPerElement } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';
import { compile, type Program, type Step } from './compile.ts';

/** A device as far as the choice of kernels goes. A Device is one. */
export interface KernelTarget {
  readonly capabilities: Capabilities;
  readonly engine: Engine;
}

/** One layer of a graph: a node, or several that run as one. */
export interface GraphLayer extends TensorType {
  readonly name: string;
  readonly op: string;
  /** The shader that computes it, `none` when no work is needed; absent when no device was given. */
  readonly kernel?: string;
  /** Bytes of its constants as the graph has them. */
  readonly constantBytes: number;
  /** Bytes of its output, without the padding of the device layout. */
  readonly outputBytes: number;
  /** Products of weights and inputs; 0 for layers without weights. */
  readonly multiplyAccumulates: number;
}

/** What a graph is made of. */
export interface GraphSummary {
  readonly name: string;
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
  /** After constants are folded and layers merged: what runs. */
  readonly layers: readonly GraphLayer[];
  readonly constantBytes: number;
  readonly multiplyAccumulates: number;
}

/**
 * What every device has, without optional features; but for sizes, which are a device's matter: on none in particular
 * nothing is cut.
 */
const leastCapable: KernelTarget = {
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
 * @throws ShapeError, FormatError, UnsupportedOpError when the graph cannot run
 */
export function inspectGraph(graph: Graph, target?: KernelTarget): GraphSummary {
  const { capabilities, engine } = target ?? leastCapable;
  const program = compile(graph, capabilities, { engine, rounding: 'float', fusion: true, sharePipelines: false });
  const layers = program.steps.map((step) => describeLayer(graph, program, step, target !== undefined));
  const typesOf = (names: readonly string[]): Record<string, TensorType> =>
    Object.fromEntries(names.map((name) => [name, graph.values[name]]));
  return {
    name: graph.name,
    inputs: typesOf(graph.inputs),
    outputs: typesOf(graph.outputs),
    layers,
    constantBytes: layers.reduce((sum, layer) => sum + layer.constantBytes, 0),
    multiplyAccumulates: layers.reduce((sum, layer) => sum + layer.multiplyAccumulates, 0),
  };
}

function describeLayer(graph: Graph, { graph: lowered }: Program, step: Step, hasTarget: boolean): GraphLayer {
  const { node, kernel, dispatch } = step;
  const output = node.outputs[0];
  // The caller's graph has uint8 where the lowered one has int8.
  const type = Object.hasOwn(graph.values, output) ? graph.values[output] : lowered.values[output];
  const constantBytes = node.inputs
    .filter((name) => Object.hasOwn(lowered.constants, name))
    .reduce((sum, name) => sum + lowered.constants[name].data.byteLength, 0);
  const hasWeights = getOp(node.op).quantization?.weights !== undefined;
  return {
    name: node.name,
    op: node.op,
    ...(hasTarget && { kernel: kernel?.name ?? 'none' }),
    dtype: type.dtype,
    shape: type.shape,
    quantization: type.quantization,
    constantBytes,
    outputBytes: elementCount(type.shape) * bytesPerElement(type.dtype),
    multiplyAccumulates: hasWeights ? (dispatch?.cost.operations ?? 0) / 2 : 0,
  };
}
