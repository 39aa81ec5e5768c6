import type { FileTensor } from './model.ts';
import type { OperatorReader } from './operator.ts';
import { describeTensor, tensorDType } from './tensor.ts';

// Combinations of element types that operators allow. What falls outside is a feature that is missing (weights
// quantized under float activations, say), so it is reported with the other unsupported things.

/** All the given inputs have the output's element type. */
export function requireSameType(operator: OperatorReader, tensors: readonly (FileTensor | undefined)[]): void {
  for (const tensor of tensors) {
    if (tensor === undefined || tensor.type === operator.output.type) continue;
    throw operator.unsupported(`${describeTensor(tensor)} is ${tensor.type} and the output ${operator.output.type}`);
  }
}

/**
 * Input, weights and output have one element type; the bias is INT32 where they are 8-bit codes. Weights may be
 * quantized per channel along one axis.
 */
export function requireWeightTypes(
  operator: OperatorReader,
  channelAxis: number,
  [input, weights, bias]: readonly (FileTensor | undefined)[] = operator.inputs,
): void {
  requireSameType(operator, [input]);
  const { type } = operator.output;
  if (weights !== undefined && weights.type !== type) {
    throw operator.unsupported(
      `${weights.type} weights with ${type} activations (dynamic-range or mixed quantization); quantize the activations too`,
    );
  }
  const biasType = type === 'FLOAT32' ? 'FLOAT32' : 'INT32';
  if (bias !== undefined && bias.type !== biasType) {
    throw operator.unsupported(`a ${bias.type} bias with ${type} activations; it must be ${biasType}`);
  }
  if (weights !== undefined && weights.scales.length > 1 && weights.quantizedAxis !== channelAxis) {
    throw operator.unsupported(
      `weights quantized along axis ${weights.quantizedAxis}; it must be the output channels, axis ${channelAxis}`,
    );
  }
}

/** The tensor's codes have one scale and a type that quantize and dequantize know. */
export function requireCodes(operator: OperatorReader, tensor: FileTensor): void {
  const dtype = tensorDType(tensor);
  if (dtype === 'int8' || dtype === 'uint8') return;
  throw operator.unsupported(`${describeTensor(tensor)} is ${tensor.type}; only INT8 and UINT8 codes are supported`);
}

/** All the given tensors are BOOL. */
export function requireBooleans(operator: OperatorReader, tensors: readonly FileTensor[]): void {
  const other = tensors.find((tensor) => tensor.type !== 'BOOL');
  if (other !== undefined) throw operator.unsupported(`${describeTensor(other)} is ${other.type}, not BOOL`);
}
