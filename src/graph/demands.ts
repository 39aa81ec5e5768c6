import type { Dispatch } from '../ops/define-op.ts';
import { deviceBytes } from '../tensor/quads.ts';
import { formatShape } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';
import type { Graph } from './graph.ts';
import type { Portion } from './portion.ts';
import type { Region } from './region.ts';

/** A limit of WebGPU by its name. */
interface Limit {
  readonly name: string;
  readonly value: number;
}

/** The limits that a graph can exceed. */
export interface GraphLimits {
  /** Bytes of what a shader reads or writes through one binding. */
  readonly binding: Limit;
  readonly buffer: Limit;
  /** Along one dimension. */
  readonly workgroups: Limit;
}

/** @param limits of a device by their WebGPU names */
export function graphLimits(limits: Readonly<Record<string, number>>): GraphLimits {
  const limit = (name: string): Limit => ({ name, value: limits[name] });
  const [binding, buffer] = [limit('maxStorageBufferBindingSize'), limit('maxBufferSize')];
  return {
    // A binding lies within a buffer.
    binding: buffer.value < binding.value ? buffer : binding,
    buffer,
    workgroups: limit('maxComputeWorkgroupsPerDimension'),
  };
}

/** How much of something limited a graph or a portion of a node takes. */
export interface Demand {
  /** What takes it, for messages; unique within a node, and the same for all its portions. */
  readonly subject: string;
  readonly amount: number;
  readonly unit: 'bytes' | 'workgroups';
  readonly limit: Limit;
  /** What could be done about it. */
  readonly fix: string;
}

export function isWithin({ amount, limit }: Demand): boolean {
  return amount <= limit.value;
}

const fixes = {
  value: 'Use a smaller batch, input or model.',
  constant: 'Use int8 weights, or a layer with fewer inputs.',
  outputs: 'Ask for fewer outputs, or use a smaller batch.',
};

function valueDemand(subject: string, { dtype, shape }: TensorType, limit: Limit): Demand {
  return { subject, amount: deviceBytes(dtype, shape), unit: 'bytes', limit, fix: fixes.value };
}

/** Of a region that is bound by itself. */
export function bindingDemand({ value, type }: Region, { binding }: GraphLimits): Demand {
  return valueDemand(`value "${value}"`, type, binding);
}

/** Of the values that a portion of a node writes and reads. */
export function valueDemands(graph: Graph, { inputs, outputs }: Portion, limits: GraphLimits): readonly Demand[] {
  const isComputed = (region: Region | undefined): region is Region =>
    region !== undefined && !Object.hasOwn(graph.constants, region.value);
  return [...outputs, ...inputs.filter(isComputed)].map((region) => bindingDemand(region, limits));
}

/** Of the launch that computes a portion of a node: the constants it reads, and its workgroups. */
export function launchDemands(
  graph: Graph,
  { inputs }: Portion,
  dispatch: Dispatch,
  limits: GraphLimits,
): readonly Demand[] {
  const demands: Demand[] = [];
  for (const binding of dispatch.bindings) {
    if ('constant' in binding) {
      const subject = `constant "${binding.constant}"`;
      demands.push({ subject, amount: binding.sizeBytes, unit: 'bytes', limit: limits.binding, fix: fixes.constant });
    } else if ('input' in binding) {
      const region = inputs[binding.input]!;
      if (!Object.hasOwn(graph.constants, region.value)) continue;
      demands.push(valueDemand(`constant "${region.value}"`, region.type, limits.binding));
    }
  }
  const amount = Math.max(...dispatch.workgroups);
  demands.push({ subject: 'its launch', amount, unit: 'workgroups', limit: limits.workgroups, fix: fixes.value });
  return demands;
}

/** Of what a graph exchanges with the host, each in one buffer, and all outputs together in another. */
export function transferDemands({ inputs, outputs, values }: Graph, { buffer }: GraphLimits): readonly Demand[] {
  const list = (what: string, names: readonly string[]): readonly Demand[] =>
    names.map((name) => valueDemand(`${what} "${name}" ${formatShape(values[name].shape)}`, values[name], buffer));
  const single = [...list('input', inputs), ...list('output', outputs)];
  const amount = list('output', outputs).reduce((sum, demand) => sum + demand.amount, 0);
  if (!single.every(isWithin) || outputs.length < 2) return single;
  return [...single, { subject: 'all outputs together', amount, unit: 'bytes', limit: buffer, fix: fixes.outputs }];
}
