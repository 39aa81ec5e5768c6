import type { Graph, GraphNode } from '../graph/graph.ts';
import { createRandom } from '../tensor/random.ts';
import { createTensor, type Tensor, type TensorType } from '../tensor/tensor.ts';
import { createNames } from './names.ts';
import { sortCalls } from './sort-calls.ts';
import type { LayerCall, SymbolicValue } from './value.ts';

export interface GraphOptions {
  /** Name of the graph. Default `model`. */
  readonly name?: string;
  /** Of the weights that are drawn; a layer's weights depend on the seed and the layer's name alone. Default 0. */
  readonly seed?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface ModelOptions extends GraphOptions {
  /** Every input the outputs depend on, in the order the graph lists them. */
  readonly inputs: readonly SymbolicValue[];
  /** The results, by the names they are to have. */
  readonly outputs: Readonly<Record<string, SymbolicValue>>;
}

/**
 * A graph from values that layers gave.
 *
 *     const image = input('image', [1, 28, 28, 1]);
 *     const features = conv2d({ filters: 8, size: 3, activation: 'relu' })(image);
 *     const graph = model({ inputs: [image], outputs: { sum: add()(features, image) } });
 *
 * @throws ShapeError when an input is missing or a name is used twice
 */
export function model({ inputs, outputs, ...options }: ModelOptions): Graph {
  return assemble(inputs, Object.entries(outputs), options);
}

/** The graph that computes the outputs; an output without a name is called like its layer. */
export function assemble(
  inputs: readonly SymbolicValue[],
  outputs: readonly (readonly [string | undefined, SymbolicValue])[],
  { name = 'model', seed = 0, metadata = {} }: GraphOptions,
): Graph {
  const calls = sortCalls(
    outputs.map(([, value]) => value),
    inputs,
  );
  const names = createNames(calls, inputs, outputs);
  const random = createRandom(seed);
  const values: Record<string, TensorType> = {};
  const constants: Record<string, Tensor> = {};
  const valueNames = new Map<SymbolicValue, string>();

  const declare = (value: SymbolicValue, valueName: string): string => {
    valueNames.set(value, valueName);
    values[valueName] = value.type;
    return valueName;
  };
  const operandName = (operand: LayerCall['operands'][number], nodeName: string): string => {
    if (!operand) return '';
    if (!('kind' in operand)) return valueNames.get(operand)!;
    const constantName = `${nodeName}/${operand.role}`;
    const data = typeof operand.data === 'function' ? operand.data(random.fork(constantName)) : operand.data;
    values[constantName] = operand.type;
    constants[constantName] = createTensor(operand.type, data);
    return constantName;
  };

  const inputNames = inputs.map((value) => declare(value, names.ofInput(value)));
  const nodes = calls.map(({ value, call }): GraphNode => {
    const { node, output } = names.ofCall(value);
    return {
      name: node,
      op: call.op,
      attributes: call.attributes,
      inputs: withoutTrailingGaps(call.operands.map((operand) => operandName(operand, node))),
      outputs: [declare(value, output)],
    };
  });
  return {
    name,
    nodes,
    values,
    constants,
    inputs: inputNames,
    outputs: outputs.map(([, value]) => valueNames.get(value)!),
    metadata,
  };
}

function withoutTrailingGaps(inputs: readonly string[]): readonly string[] {
  return inputs.slice(0, inputs.findLastIndex((name) => name !== '') + 1);
}
