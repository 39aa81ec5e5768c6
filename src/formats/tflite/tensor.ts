import { FormatError } from '../../errors.ts';
import type { DType } from '../../tensor/dtype.ts';
import { perTensor, type Quantization } from '../../tensor/quantization.ts';
import { elementCount, formatShape, type Shape } from '../../tensor/shape.ts';
import type { TensorType } from '../../tensor/tensor.ts';
import type { FileTensor } from './model.ts';

/** TFLite element types that a graph value can have. Booleans become the numbers 0 and 1, long integers short ones. */
const dtypes: Readonly<Record<string, DType>> = {
  FLOAT32: 'float32',
  INT8: 'int8',
  UINT8: 'uint8',
  INT32: 'int32',
  INT64: 'int32',
  BOOL: 'int32',
};
/** Those that only a constant can have. */
const constantDTypes: Readonly<Record<string, DType>> = { FLOAT16: 'float16', INT4: 'int8' };

/** The codes of each type; without a zero point, those of other integers. */
const codeRanges: Readonly<Record<string, readonly [number, number]>> = {
  INT8: [-128, 127],
  UINT8: [0, 255],
  INT4: [-8, 7],
  INT16: [-(2 ** 15), 2 ** 15 - 1],
};

export const MAXIMUM_RANK = 8;
const MAXIMUM_ELEMENTS = 2 ** 31 - 1;

/**
 * The dtype of a value of the graph; undefined for types that have none. 16-bit codes are computed with as real numbers in
 * float32, which holds each of them, and so are the 64-bit codes of biases that belong to them.
 */
export function tensorDType({ type, scales, data }: FileTensor): DType | undefined {
  if (scales.length > 0 && (type === 'INT16' || (type === 'INT64' && data !== undefined))) return 'float32';
  if (data !== undefined && Object.hasOwn(constantDTypes, type)) return constantDTypes[type];
  return Object.hasOwn(dtypes, type) ? dtypes[type] : undefined;
}

/** `tensor 12 "conv/weights"` for messages. */
export function describeTensor(tensor: FileTensor): string {
  return `tensor ${tensor.index} "${tensor.name}"`;
}

/** Sizes as the file gives them; a first axis that it leaves open counts as a batch of one. */
export function declaredShape(tensor: FileTensor): Shape {
  return tensor.shape.map((size, axis) => (axis === 0 && size === -1 ? 1 : size));
}

/**
 * Type of a value, validated.
 * @param isPlain whether 8-bit elements without a scale stand for themselves, as bytes of an image do
 * @param shape its sizes, where they follow from an operator rather than from the file
 * @throws FormatError for sizes, element types or quantization parameters that cannot be
 */
export function tensorType(tensor: FileTensor, shape: Shape = declaredShape(tensor), isPlain = false): TensorType {
  const dtype = tensorDType(tensor);
  if (dtype === undefined) throw new FormatError(`tflite: ${describeTensor(tensor)} has the type ${tensor.type}.`);
  checkShape(`tflite: ${describeTensor(tensor)}`, shape);
  const hasCodes = tensor.type !== 'FLOAT32' && tensor.type !== 'FLOAT16';
  const given = hasCodes ? tensorQuantization(tensor, shape) : undefined;
  if (dtype === 'float32' && tensor.data === undefined && given !== undefined && given.scales.length > 1) {
    throw new FormatError(
      `tflite: ${describeTensor(tensor)} is ${tensor.type} with ${given.scales.length} scales; only constants may have more than one.`,
    );
  }
  const quantization = dtype === 'float32' ? undefined : given;
  if (quantization === undefined && (dtype === 'int8' || dtype === 'uint8')) {
    if (isPlain) return { dtype, shape, quantization: perTensor(1) };
    throw new FormatError(
      `tflite: ${describeTensor(tensor)} is ${dtype} without a scale, so its codes have no meaning. Quantize the model again.`,
    );
  }
  return quantization === undefined ? { dtype, shape } : { dtype, shape, quantization };
}

/** @throws FormatError unless every size is positive, and rank and element count are within what can be addressed */
function checkShape(where: string, shape: Shape): void {
  if (isPossibleShape(shape)) return;
  throw new FormatError(
    `${where} has the shape ${formatShape(shape)}. Needed are at most ${MAXIMUM_RANK} axes of positive sizes and ` +
      'fewer than 2^31 elements: export the model with fixed sizes.',
  );
}

export function isPossibleShape(shape: Shape): boolean {
  const sizesAreValid = shape.every((size) => Number.isInteger(size) && size > 0);
  return sizesAreValid && shape.length <= MAXIMUM_RANK && elementCount(shape) <= MAXIMUM_ELEMENTS;
}

/**
 * Scales and zero points as the file has them, validated; undefined where there are none.
 * @throws FormatError for some that cannot be
 */
export function tensorQuantization(tensor: FileTensor, shape: Shape): Quantization | undefined {
  const { scales, zeroPoints, quantizedAxis: axis } = tensor;
  if (scales.length === 0) return undefined;
  const where = `tflite: ${describeTensor(tensor)}`;
  if (scales.length > 1 && scales.length !== shape[axis]) {
    throw new FormatError(
      `${where} ${formatShape(shape)} has ${scales.length} scales along axis ${axis}. One, or one per index, is needed.`,
    );
  }
  // One zero point may stand for all, and none for 0.
  if (zeroPoints.length > 1 && zeroPoints.length !== scales.length) {
    throw new FormatError(`${where} has ${scales.length} scales and ${zeroPoints.length} zero points.`);
  }
  const badScale = scales.find((scale) => !(scale > 0 && scale < Infinity));
  if (badScale !== undefined) {
    throw new FormatError(
      `${where} has the scale ${badScale}. Scales are positive and finite: quantize the model again.`,
    );
  }
  const [low, high] = Object.hasOwn(codeRanges, tensor.type) ? codeRanges[tensor.type] : [0, 0];
  const badZeroPoint = zeroPoints.find((zeroPoint) => !(zeroPoint >= low && zeroPoint <= high));
  if (badZeroPoint !== undefined) {
    throw new FormatError(
      `${where} has the zero point ${badZeroPoint}, ${tensor.type.toLowerCase()} allows ${low} to ${high}.`,
    );
  }
  const all = scales.map((_, index) => zeroPoints[zeroPoints.length === 1 ? 0 : index] ?? 0);
  return scales.length === 1 ? { scales, zeroPoints: all } : { scales, zeroPoints: all, axis };
}
