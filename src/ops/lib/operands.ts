import { ShapeError, UnsupportedOpError } from '../../errors.ts';
import { type DType, isQuantizedDType } from '../../tensor/dtype.ts';
import { entryCount, type Quantization } from '../../tensor/quantization.ts';
import { deviceBytes } from '../../tensor/quads.ts';
import { formatShape } from '../../tensor/shape.ts';
import type { Tensor, TensorType } from '../../tensor/tensor.ts';
import type { Cost } from '../define-op.ts';

interface Node {
  readonly name: string;
  readonly inputs: readonly (TensorType | undefined)[];
}

interface TypedNode extends Node {
  readonly outputs: readonly TensorType[];
}

/** Type of an input that must be there. @throws ShapeError when it is absent */
export function operandType(op: string, node: Node, index: number): TensorType {
  const type = node.inputs[index];
  if (type === undefined) {
    throw new ShapeError(`${op} "${node.name}": input ${index} is missing. Connect a value to it.`);
  }
  return type;
}

/** An input tensor that must be there. @throws ShapeError when it is absent */
export function operand(op: string, node: Node, tensors: readonly (Tensor | undefined)[], index: number): Tensor {
  const tensor = tensors[index];
  if (tensor === undefined) {
    throw new ShapeError(`${op} "${node.name}": input ${index} has no data. Give a tensor for every connected input.`);
  }
  return tensor;
}

/** Whether every connected input and every output has this dtype. */
export function everyDType(node: TypedNode, dtype: DType): boolean {
  return [...node.inputs, ...node.outputs].every((type) => type === undefined || type.dtype === dtype);
}

/**
 * Whether the op computes on 8-bit codes (true) or on float32 (false).
 * @throws UnsupportedOpError when its inputs and outputs mix them, or hold another dtype
 */
export function computesOnCodes(op: string, node: TypedNode): boolean {
  const types = [...node.inputs, ...node.outputs].filter((type) => type !== undefined);
  if (types.every((type) => type.dtype === 'float32')) return false;
  if (types.every((type) => isQuantizedDType(type.dtype))) return true;
  const dtypes = [...new Set(types.map((type) => type.dtype))].join(', ');
  throw new UnsupportedOpError(
    `${op} "${node.name}": inputs and outputs hold ${dtypes}. Use float32 for all or 8-bit codes for all; quantize or dequantize between them.`,
  );
}

/**
 * The one scale and zero point of an 8-bit activation.
 * @throws UnsupportedOpError when the type has no quantization, or one per channel
 */
export function tensorQuantization(op: string, name: string, type: TensorType): Quantization {
  const { quantization } = type;
  if (quantization === undefined || quantization.scales.length !== 1) {
    const found = quantization === undefined ? 'no quantization' : `${quantization.scales.length} scales`;
    throw new UnsupportedOpError(
      `${op} "${name}": an ${type.dtype} activation has ${found}, it needs one scale and zero point. Quantize it per tensor.`,
    );
  }
  return quantization;
}

/**
 * The entries of a quantization must fit the shape.
 * @throws ShapeError when there is not one, and not as many as the axis and its blocks give
 */
export function requireMatchingEntries(
  op: string,
  name: string,
  { shape }: TensorType,
  quantization: Quantization,
): void {
  const { scales, zeroPoints, axis, blockSize } = quantization;
  if (scales.length === 1 && zeroPoints.length === 1) return;
  const isBlock = blockSize === undefined || (Number.isInteger(blockSize) && blockSize > 0);
  const fits = axis !== undefined && shape[axis] !== undefined && isBlock;
  if (fits && scales.length === entryCount(quantization, shape) && zeroPoints.length === scales.length) return;
  const blocks = blockSize === undefined ? '' : ` in blocks of ${blockSize}`;
  throw new ShapeError(
    `${op} "${name}": ${scales.length} scales and ${zeroPoints.length} zero points along axis ${axis}${blocks} do not fit shape ${formatShape(shape)}. Give one of each, or one for each index or block of the axis.`,
  );
}

/** Whether both give every code the same meaning. */
export function sameQuantization(a: Quantization | undefined, b: Quantization | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const length = Math.max(a.scales.length, b.scales.length);
  return (
    a.scales.length === b.scales.length &&
    (length === 1 || (a.axis === b.axis && a.blockSize === b.blockSize)) &&
    a.scales.every((scale, index) => scale === b.scales[index]) &&
    a.zeroPoints.every((zeroPoint, index) => zeroPoint === b.zeroPoints[index])
  );
}

/** Whether the elements of both mean the same. */
export function sameEncoding(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameQuantization(a.quantization, b.quantization);
}

/**
 * An op that only moves elements keeps their meaning.
 * @throws UnsupportedOpError when dtype or quantization differ between input and output
 */
export function requireSameEncoding(op: string, name: string, input: TensorType, output: TensorType): void {
  if (sameEncoding(input, output)) return;
  throw new UnsupportedOpError(
    `${op} "${name}": input (${describe(input)}) and output (${describe(output)}) are encoded differently. Insert a quantize node.`,
  );
}

function describe({ dtype, quantization }: TensorType): string {
  if (quantization === undefined) return dtype;
  return `${dtype}, scale ${quantization.scales.join(' ')}, zero point ${quantization.zeroPoints.join(' ')}`;
}

/** The cost of a kernel that reads every input and writes every output once. */
export function streamingCost(node: TypedNode, operations: number): Cost {
  let bytes = 0;
  for (const type of [...node.inputs, ...node.outputs]) {
    if (type !== undefined) bytes += deviceBytes(type.dtype, type.shape);
  }
  return { operations, bytes };
}

/** Specializes a shader that imports `quads-int8`, and so moves elements of either type. */
export function quadsImport({ dtype }: TensorType): { readonly 'quads-int8': string } {
  return { 'quads-int8': dtype === 'int8' ? 'quads-int8' : 'quads-float' };
}
