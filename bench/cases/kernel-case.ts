import type { Graph } from '../../src/graph/graph.ts';
import { getOp } from '../../src/ops/registry.ts';
import { perTensor, type Quantization } from '../../src/tensor/quantization.ts';
import type { DType } from '../../src/tensor/dtype.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import type { Tensor, TensorType } from '../../src/tensor/tensor.ts';
import { drawTensor } from './draw.ts';

/** An input of a case. */
export interface CaseInput extends TensorType {
  /** Weights and biases, which kernels may reorder when they are loaded. */
  readonly isConstant?: boolean;
}

/** One node of a size that real networks have. */
export interface KernelCase {
  /** `family/dtype/sizes`, unique. */
  readonly name: string;
  readonly op: string;
  readonly attributes: object;
  readonly inputs: readonly CaseInput[];
  readonly output: { readonly dtype: DType; readonly quantization?: Quantization };
  /** As the sizes give them, taps in the padding included; 0 where the op has none. */
  readonly multiplyAdds: number;
}

const xScale = Math.fround(0.05);
const wScale = Math.fround(0.02);

/** An activation. */
export function activation(dtype: 'int8' | 'float32', shape: Shape): CaseInput {
  return dtype === 'int8' ? { dtype, shape, quantization: perTensor(xScale, -7) } : { dtype, shape };
}

/** A result of a scale of its own. */
export function result(dtype: 'int8' | 'float32'): KernelCase['output'] {
  return dtype === 'int8' ? { dtype, quantization: perTensor(Math.fround(0.11), 5) } : { dtype };
}

/** Weights, quantized per output channel along `axis` as trained networks are, and a bias. */
export function weights(dtype: 'int8' | 'float32', shape: Shape, axis: number): readonly CaseInput[] {
  const bias = [shape[axis]];
  if (dtype === 'float32') {
    return [
      { dtype, shape, isConstant: true },
      { dtype, shape: bias, isConstant: true },
    ];
  }
  const scales = Array.from({ length: shape[axis] }, (_, index) => Math.fround(wScale * (1 + (index % 7) / 7)));
  const zeroPoints = scales.map(() => 0);
  const biasScales = scales.map((scale) => Math.fround(xScale * scale));
  return [
    { dtype, shape, isConstant: true, quantization: { scales, zeroPoints, axis } },
    { dtype: 'int32', shape: bias, isConstant: true, quantization: { scales: biasScales, zeroPoints, axis: 0 } },
  ];
}

/** The case as a graph of one node, with drawn constants. */
export function caseGraph({ name, op, attributes, inputs, output }: KernelCase): Graph {
  const values: Record<string, TensorType> = {};
  const constants: Record<string, Tensor> = {};
  const names = inputs.map(({ isConstant, ...type }, index) => {
    const input = `input${index}`;
    values[input] = type;
    if (isConstant) constants[input] = drawTensor(type, `${name}/${input}`);
    return input;
  });
  const context = {
    name,
    attributes,
    inputs: names.map((input) => values[input]),
    constants: names.map((input) => constants[input]),
  };
  const [shape] = getOp(op).inferShape(context);
  values['output'] = { ...output, shape };
  return {
    name,
    nodes: [{ name, op, attributes, inputs: names, outputs: ['output'] }],
    values,
    constants,
    inputs: names.filter((input) => !Object.hasOwn(constants, input)),
    outputs: ['output'],
    metadata: {},
  };
}
