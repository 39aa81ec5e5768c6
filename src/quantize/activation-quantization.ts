import { NumericError } from '../errors.ts';
import { consumersOf } from '../graph/context.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import type { QuantizationRule } from '../ops/define-op.ts';
import { getOp } from '../ops/registry.ts';
import { chooseAsymmetric, type Quantization } from '../tensor/quantization.ts';
import { minMax, type Range, type Ranges } from './range.ts';

/**
 * Gives every float32 value that quantized nodes read or write its int8 quantization, by the ops' own rules.
 * @param nodes the nodes that will compute on codes
 * @param others further values that are to have one
 * @throws NumericError when a value has no range
 */
export function chooseActivationQuantization(
  graph: Graph,
  nodes: ReadonlySet<GraphNode>,
  ranges: Ranges,
  others: readonly string[],
): ReadonlyMap<string, Quantization> {
  const chosen = new Map<string, Quantization>();
  const consumers = consumersOf(graph);

  const rangeOf = (name: string): Range => {
    const readers = consumers.get(name) ?? [];
    const [reader] = readers;
    const isPrivate = readers.length === 1 && nodes.has(reader) && !graph.outputs.includes(name);
    if (isPrivate && reader.inputs[0] === name && getOp(reader.op).quantization!.inputTakesOutputRange) {
      return rangeOf(reader.outputs[0]);
    }
    if (Object.hasOwn(graph.constants, name)) return minMax(name, graph.constants[name].data);
    if (Object.hasOwn(ranges, name)) return ranges[name];
    throw new NumericError(
      `quantize: value "${name}" of "${graph.name}" has no range. Calibrate this very graph, before any other pass.`,
    );
  };
  const calibrated = (name: string): Quantization => {
    const { min, max } = rangeOf(name);
    return chooseAsymmetric(min, max, -128, 127);
  };

  for (const node of graph.nodes) {
    if (!nodes.has(node)) continue;
    const rule = getOp(node.op).quantization!;
    for (const name of activationInputs(graph, node)) {
      if (!chosen.has(name)) chosen.set(name, calibrated(name));
    }
    for (const name of node.outputs) {
      if (rule.output === 'calibrated') chosen.set(name, calibrated(name));
      else chosen.set(name, rule.output === 'input' ? chosen.get(node.inputs[0])! : rule.output);
    }
  }
  for (const name of others) {
    if (!chosen.has(name)) chosen.set(name, calibrated(name));
  }
  return chosen;
}

/** The inputs of a node that carry activations: all but its constant weights and bias. */
export function activationInputs(graph: Graph, node: GraphNode): readonly string[] {
  const weights = weightInputs(graph, node);
  return node.inputs.filter((name, slot) => name !== '' && slot !== weights?.input && slot !== weights?.bias);
}

/** Where a node has its weights, or undefined when it has none or they are computed. */
export function weightInputs(graph: Graph, node: GraphNode): QuantizationRule['weights'] {
  const weights = getOp(node.op).quantization?.weights;
  return weights && Object.hasOwn(graph.constants, node.inputs[weights.input]) ? weights : undefined;
}
