import { consumersOf, withoutUnusedValues } from '../graph/context.ts';
import { foldConstants } from '../graph/fold-constants.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { getOp } from '../ops/registry.ts';
import { dequantizeTensor } from '../tensor/quantize-tensor.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { activationInputs, chooseActivationQuantization, weightInputs } from './activation-quantization.ts';
import { GraphWriter } from './graph-writer.ts';
import type { Ranges } from './range.ts';
import { quantizeWeights, type WeightGranularity } from './weight-quantization.ts';

export interface QuantizeOptions {
  /** Default `per-channel`. */
  readonly weights?: WeightGranularity;
  /**
   * What callers pass in and get out: `float32` (default), converted inside the graph, or the int8 codes themselves,
   * whose scales are in the graph's value types.
   */
  readonly io?: 'float32' | 'int8';
}

/**
 * Static int8 quantization of a float32 graph: activations asymmetric int8 over their calibrated range, weights
 * symmetric int8 (±127), biases int32. Values keep their names; nodes whose op has no rule stay in float32 between
 * conversions. What is computed from constants alone becomes a constant first, and what nothing reads is left out.
 * @param ranges of this very graph, as `calibrate` gives them
 * @throws NumericError when a value has no range, or a weight is not finite
 * @see Jacob et al. 2018, arXiv:1712.05877; Krishnamoorthi 2018, arXiv:1806.08342
 */
export function quantize(source: Graph, ranges: Ranges, options: QuantizeOptions = {}): Graph {
  const { weights: granularity = 'per-channel', io = 'float32' } = options;
  // As a session does, so that exactly the values that calibration saw need ranges.
  const graph = foldConstants(source, 'float');
  const nodes = new Set(graph.nodes.filter((node) => isQuantizable(graph, node)));
  const edges = [...graph.inputs, ...graph.outputs].filter((name) => graph.values[name].dtype === 'float32');
  const quantizations = chooseActivationQuantization(graph, nodes, ranges, io === 'int8' ? edges : []);

  const codesFirst = new Set(graph.nodes.filter((node) => nodes.has(node)).flatMap((node) => node.outputs));
  // A state has the same type when it comes as when it goes.
  const states = new Set((graph.states ?? []).flatMap(({ input, output }) => [input, output]));
  for (const name of edges) {
    if (io === 'int8' && !states.has(name)) codesFirst.add(name);
    else codesFirst.delete(name);
  }
  const writer = new GraphWriter(graph, quantizations, codesFirst);
  const consumers = consumersOf(graph);
  for (const node of graph.nodes) {
    if (!nodes.has(node)) {
      writer.copyNode(node);
      continue;
    }
    const inputs = new Map<number, string>();
    const slots = weightInputs(graph, node);
    if (slots) {
      const [weightName, biasName] = [node.inputs[slots.input], node.inputs[slots.bias] ?? ''];
      const { weights, bias } = quantizeWeights(
        `${node.op} "${node.name}"`,
        decoded(graph.constants[weightName]),
        biasName === '' ? undefined : graph.constants[biasName],
        slots.axis,
        granularity,
        quantizations.get(node.inputs[0])!.scales[0],
      );
      // Codes depend on the node's input, so nodes that share weights get constants of their own.
      const nameFor = (name: string): string => (consumers.get(name)!.length === 1 ? name : `${node.name}/${name}`);
      inputs.set(slots.input, writer.addConstant(nameFor(weightName), weights));
      if (bias) inputs.set(slots.bias, writer.addConstant(nameFor(biasName), bias));
    }
    writer.addQuantizedNode(node, inputs);
  }
  return withoutUnusedValues(writer.finish());
}

/** Layers also read weights as float16 or codes. */
function decoded(weights: Tensor): Tensor {
  return weights.dtype === 'float32' ? weights : dequantizeTensor(weights);
}

/** Whether the node has a rule, its activations are float32, and its weights and bias are constants. */
function isQuantizable(graph: Graph, node: GraphNode): boolean {
  const rule = getOp(node.op).quantization;
  if (!rule) return false;
  const isFloat = (name: string): boolean => graph.values[name].dtype === 'float32';
  if (![...activationInputs(graph, node), ...node.outputs].every(isFloat)) return false;
  if (!rule.weights) return true;
  const bias = node.inputs[rule.weights.bias] ?? '';
  return weightInputs(graph, node) !== undefined && (bias === '' || Object.hasOwn(graph.constants, bias));
}
