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

/** Element types of weights and of biases, by that of the activations. */
const weightTypes: Readonly<Record<string, readonly string[]>> = {
  FLOAT32: ['FLOAT32'],
  UINT8: ['UINT8'],
  INT8: ['INT8', 'INT4'],
  INT16: ['INT8', 'INT4'],
};
const biasTypes: Readonly<Record<string, readonly string[]>> = {
  FLOAT32: ['FLOAT32'],
  UINT8: ['INT32'],
  INT8: ['INT32'],
  INT16: ['INT64', 'INT32'],
};

/**
 * The types of input, weights, bias and output go together; weights may be quantized per channel along one axis.
 * @throws UnsupportedOpError for other types
 */
export function requireWeightTypes(
  operator: OperatorReader,
  channelAxis: number,
  [input, weights, bias]: readonly (FileTensor | undefined)[] = operator.inputs,
  allowed: Readonly<Record<string, readonly string[]>> = weightTypes,
): void {
  requireSameType(operator, [input]);
  const { type } = operator.output;
  if (weights !== undefined && !allowed[type]?.includes(weights.type)) {
    throw operator.unsupported(`${weights.type} weights with ${type} activations; quantize both, or none`);
  }
  if (bias !== undefined && !biasTypes[type]?.includes(bias.type)) {
    const needed = biasTypes[type]?.join(' or ') ?? 'absent';
    throw operator.unsupported(`a ${bias.type} bias with ${type} activations; it must be ${needed}`);
  }
  if (weights === undefined) return;
  if (weights.scales.length > 1 && weights.quantizedAxis !== channelAxis) {
    throw operator.unsupported(
      `weights quantized along axis ${weights.quantizedAxis}; it must be the output channels, axis ${channelAxis}`,
    );
  }
  if (weights.type === type) return;
  if (weights.data === undefined) throw operator.unsupported(`${weights.type} weights that are computed at run time`);
  if (type === 'INT16' && weights.zeroPoints.some((zeroPoint) => zeroPoint !== 0)) {
    throw operator.unsupported('weights with zero points under INT16 activations');
  }
}

/**
 * As `requireWeightTypes`, for operators that may also have float activations and int8 weights.
 * @returns whether they have
 */
export function readWeightTypes(operator: OperatorReader, channelAxis: number): boolean {
  const allowed = { ...weightTypes, FLOAT32: ['FLOAT32', 'INT8', 'INT4'] };
  requireWeightTypes(operator, channelAxis, operator.inputs, allowed);
  return operator.output.type === 'FLOAT32' && operator.input(1).type !== 'FLOAT32';
}

/** The tensor's codes have one scale and a type that quantize and dequantize know. */
export function requireCodes(operator: OperatorReader, tensor: FileTensor): void {
  const dtype = tensorDType(tensor);
  if (dtype === 'int8' || dtype === 'uint8') return;
  throw operator.unsupported(`${describeTensor(tensor)} is ${tensor.type}; only INT8 and UINT8 codes are supported`);
}

/** All the given tensors are INT32 or INT64 that stand for themselves. */
export function requireIntegers(operator: OperatorReader, tensors: readonly FileTensor[]): void {
  const other = tensors.find(
    (tensor) => (tensor.type !== 'INT32' && tensor.type !== 'INT64') || tensorDType(tensor) !== 'int32',
  );
  if (other === undefined) return;
  const scale = other.scales.length > 0 ? ' with a scale' : '';
  throw operator.unsupported(`${describeTensor(other)} is ${other.type}${scale}, not INT32 or INT64`);
}

/** All the given tensors are BOOL. */
export function requireBooleans(operator: OperatorReader, tensors: readonly FileTensor[]): void {
  const other = tensors.find((tensor) => tensor.type !== 'BOOL');
  if (other !== undefined) throw operator.unsupported(`${describeTensor(other)} is ${other.type}, not BOOL`);
}
