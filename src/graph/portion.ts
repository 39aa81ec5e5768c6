import type { AxisRange, OpContext } from '../ops/define-op.ts';
import { getOp } from '../ops/registry.ts';
import type { Rounding } from '../tensor/requantize.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { asComputed, valueType } from './context.ts';
import type { Graph, GraphNode } from './graph.ts';
import { narrowed, type Region, wholeRegion } from './region.ts';

/** A node, or what computes some indices of its output: regions stand in place of values. */
export interface Portion {
  /** Whose portion it is. */
  readonly node: GraphNode;
  readonly attributes: object;
  /** By position; undefined where an optional input is absent. */
  readonly inputs: readonly (Region | undefined)[];
  readonly outputs: readonly Region[];
}

export function wholePortion(graph: Graph, node: GraphNode): Portion {
  const region = (name: string): Region => wholeRegion(name, valueType(graph, name));
  return {
    node,
    attributes: node.attributes,
    inputs: node.inputs.map((name) => (name === '' ? undefined : region(name))),
    outputs: node.outputs.map(region),
  };
}

/** What an op is shown of a portion; see nodeContext. */
export function portionContext(
  { node, attributes, inputs, outputs }: Portion,
  constantIn: (region: Region) => Tensor | undefined,
  rounding: Rounding,
): OpContext<object> {
  return asComputed(node.op, {
    name: node.name,
    attributes,
    inputs: inputs.map((region) => region?.type),
    constants: inputs.map((region) => region && constantIn(region)),
    outputs: outputs.map((region) => region.type),
    rounding,
  });
}

/** The portion that computes a range of this one's only output; undefined when the op has none. */
export function partOf(portion: Portion, context: OpContext<object>, range: AxisRange): Portion | undefined {
  const part = getOp(portion.node.op).partition?.part(context, range);
  if (part === undefined) return undefined;
  return {
    node: portion.node,
    attributes: part.attributes,
    inputs: part.inputs.map(({ input, ranges = [] }) => {
      const region = portion.inputs[input];
      return region && ranges.reduce(narrowed, region);
    }),
    outputs: [narrowed(portion.outputs[0], range)],
  };
}
