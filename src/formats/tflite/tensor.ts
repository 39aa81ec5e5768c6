import { FormatError } from '../../errors.ts';
import { bytesPerElement, codeRange, type DType, type TensorData } from '../../tensor/dtype.ts';
import { dequantizeValue, perTensor, type Quantization } from '../../tensor/quantization.ts';
import { elementCount, formatShape, type Shape } from '../../tensor/shape.ts';
import type { Tensor, TensorType } from '../../tensor/tensor.ts';
import { elementsOf } from '../bytes.ts';
import type { FileTensor } from './model.ts';

/** TFLite element types that a graph value can have. Booleans become the numbers 0 and 1. */
const dtypes: Readonly<Record<string, DType>> = {
  FLOAT32: 'float32',
  INT8: 'int8',
  UINT8: 'uint8',
  INT32: 'int32',
  BOOL: 'int32',
};

const MAXIMUM_RANK = 8;
const MAXIMUM_ELEMENTS = 2 ** 31 - 1;
/** Shapes, axes and paddings of tensors of at most MAXIMUM_RANK axes are shorter. */
const MAXIMUM_PARAMETERS = 2 * MAXIMUM_RANK;
/** Bytes of all constants over the file's. */
const MAXIMUM_COPIES = 2;

export function tensorDType(tensor: FileTensor): DType | undefined {
  return Object.hasOwn(dtypes, tensor.type) ? dtypes[tensor.type] : undefined;
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
  const quantization = dtype === 'float32' ? undefined : tensorQuantization(tensor, dtype, shape);
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
  const sizesAreValid = shape.every((size) => Number.isInteger(size) && size > 0);
  if (!sizesAreValid || shape.length > MAXIMUM_RANK || elementCount(shape) > MAXIMUM_ELEMENTS) {
    throw new FormatError(
      `${where} has the shape ${formatShape(shape)}. Needed are at most ${MAXIMUM_RANK} axes of positive sizes and ` +
        'fewer than 2^31 elements: export the model with fixed sizes.',
    );
  }
}

/**
 * A constant of the graph. It copies the bytes, so that the graph does not change with the caller's buffer.
 * @throws FormatError when the data is not exactly as long as shape and dtype say
 */
export function constantTensor(tensor: FileTensor, type: TensorType, copies: ConstantCopies): Tensor {
  const isBoolean = tensor.type === 'BOOL';
  const expectedBytes = elementCount(type.shape) * (isBoolean ? 1 : bytesPerElement(type.dtype));
  const bytes = tensor.data ?? new Uint8Array();
  if (bytes.byteLength !== expectedBytes) {
    throw new FormatError(
      `tflite: ${describeTensor(tensor)} has ${bytes.byteLength} bytes of data, ${type.dtype} ` +
        `${formatShape(type.shape)} needs ${expectedBytes}. The file is damaged.`,
    );
  }
  return { ...type, data: isBoolean ? copies.booleans(bytes) : copies.get(type.dtype, bytes) };
}

/** Host arrays of the file's bytes: tensors of the same bytes share their copy. */
export class ConstantCopies {
  readonly #arrays = new Map<string, TensorData>();
  #remainingBytes: number;

  constructor(fileBytes: number) {
    this.#remainingBytes = MAXIMUM_COPIES * fileBytes;
  }

  /** @throws FormatError when the same bytes are copied again and again, as other types or parts of other buffers */
  get(dtype: DType, bytes: Uint8Array): TensorData {
    return this.#copy(dtype, bytes, () => elementsOf(dtype, bytes));
  }

  /** A number, 0 or 1, for every byte. @throws FormatError as `get` */
  booleans(bytes: Uint8Array): TensorData {
    return this.#copy('bool', bytes, () => Int32Array.from(bytes, (byte) => (byte === 0 ? 0 : 1)));
  }

  #copy(kind: string, bytes: Uint8Array, elements: () => TensorData): TensorData {
    const key = `${bytes.byteOffset} ${bytes.byteLength} ${kind}`;
    const known = this.#arrays.get(key);
    if (known !== undefined) return known;
    this.#remainingBytes -= bytes.byteLength;
    if (this.#remainingBytes < 0) {
      throw new FormatError(
        `tflite: the constants together have more than ${MAXIMUM_COPIES} times the file's bytes, so their buffers overlap. ` +
          'The file is damaged.',
      );
    }
    const array = elements();
    this.#arrays.set(key, array);
    return array;
  }
}

/**
 * The integers of a constant that says how an operator works: a shape, axes, paddings.
 * @returns undefined when the tensor is not a constant
 * @throws FormatError when the tensor is not a short list of INT32 or INT64
 */
export function integerConstant(tensor: FileTensor): number[] | undefined {
  const where = `tflite: ${describeTensor(tensor)}`;
  const count = elementCount(tensor.shape);
  if (count === 0) return [];
  if (tensor.data === undefined) return undefined;
  const bytes = tensor.type === 'INT32' ? 4 : tensor.type === 'INT64' ? 8 : 0;
  if (bytes === 0) throw new FormatError(`${where} has the type ${tensor.type}, expected INT32 or INT64 parameters.`);
  if (!(count > 0 && count <= MAXIMUM_PARAMETERS) || tensor.data.byteLength !== count * bytes) {
    throw new FormatError(
      `${where} ${formatShape(tensor.shape)} has ${tensor.data.byteLength} bytes of parameters, expected at most ` +
        `${MAXIMUM_PARAMETERS} numbers of ${bytes} bytes. The file is damaged.`,
    );
  }
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return Array.from({ length: count }, (_, index) =>
    bytes === 4 ? view.getInt32(index * 4, true) : Number(view.getBigInt64(index * 8, true)),
  );
}

/**
 * The number that a constant of one element is; of codes, the real one.
 * @param where for messages
 * @returns undefined when the tensor is not a constant
 * @throws FormatError when it has more elements, or a type that cannot be
 */
export function numberConstant(tensor: FileTensor, where: string): number | undefined {
  if (tensor.data === undefined) return undefined;
  const type = tensorType(tensor);
  if (elementCount(type.shape) !== 1) {
    throw new FormatError(
      `${where}: ${describeTensor(tensor)} has the shape ${formatShape(type.shape)}, not one element.`,
    );
  }
  const { data, quantization } = constantTensor(tensor, type, new ConstantCopies(bytesPerElement(type.dtype)));
  return quantization === undefined
    ? data[0]
    : dequantizeValue(data[0], quantization.scales[0], quantization.zeroPoints[0]);
}

function tensorQuantization(tensor: FileTensor, dtype: DType, shape: Shape): Quantization | undefined {
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
  const [low, high] = dtype === 'int8' || dtype === 'uint8' ? codeRange(dtype) : [0, 0];
  const badZeroPoint = zeroPoints.find((zeroPoint) => !(zeroPoint >= low && zeroPoint <= high));
  if (badZeroPoint !== undefined) {
    throw new FormatError(`${where} has the zero point ${badZeroPoint}, ${dtype} allows ${low} to ${high}.`);
  }
  const all = scales.map((_, index) => zeroPoints[zeroPoints.length === 1 ? 0 : index] ?? 0);
  return scales.length === 1 ? { scales, zeroPoints: all } : { scales, zeroPoints: all, axis };
}
