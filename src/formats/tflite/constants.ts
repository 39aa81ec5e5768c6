import { FormatError } from '../../errors.ts';
import { bytesPerElement, type TensorData } from '../../tensor/dtype.ts';
import { unpackInt4 } from '../../tensor/int4.ts';
import { dequantizeValue } from '../../tensor/quantization.ts';
import { dequantizeCodes } from '../../tensor/quantize-tensor.ts';
import { elementCount, formatShape, type Shape } from '../../tensor/shape.ts';
import type { Tensor, TensorType } from '../../tensor/tensor.ts';
import { elementsOf } from '../bytes.ts';
import type { FileTensor } from './model.ts';
import { describeTensor, MAXIMUM_RANK, tensorQuantization, tensorType } from './tensor.ts';

/** Shapes, axes and paddings are shorter. */
const MAXIMUM_PARAMETERS = 2 * MAXIMUM_RANK;
/** Bytes of all constants over the file's. */
const MAXIMUM_COPIES = 2;

/**
 * A constant of the graph. It copies the bytes, so that the graph does not change with the caller's buffer.
 * @throws FormatError when the data is not exactly as long as shape and dtype say
 */
export function constantTensor(tensor: FileTensor, type: TensorType, copies: ConstantCopies): Tensor {
  const form = storedForm(tensor);
  const count = elementCount(type.shape);
  const expectedBytes = Math.ceil(count * (form === undefined ? bytesPerElement(type.dtype) : form.bits / 8));
  const bytes = tensor.data ?? new Uint8Array();
  if (bytes.byteLength !== expectedBytes) {
    throw new FormatError(
      `tflite: ${describeTensor(tensor)} has ${bytes.byteLength} bytes of data, ${type.dtype} ` +
        `${formatShape(type.shape)} needs ${expectedBytes}. The file is damaged.`,
    );
  }
  const elements = (): TensorData =>
    form === undefined ? elementsOf(type.dtype, bytes) : form.elements(bytes, count, realsOf(tensor, type.shape));
  return { ...type, data: copies.get(form?.isReal ? `${tensor.type} ${tensor.index}` : tensor.type, bytes, elements) };
}

/** How elements are stored that are not those of the graph's dtype. */
interface StoredForm {
  readonly bits: number;
  /** Whether they depend on the tensor's scales. */
  readonly isReal?: boolean;
  /** @param reals of codes by the tensor's scales */
  readonly elements: (
    bytes: Uint8Array,
    count: number,
    reals: (codes: ArrayLike<number>) => Float32Array,
  ) => TensorData;
}

const storedForms: Readonly<Record<string, StoredForm>> = {
  BOOL: { bits: 8, elements: (bytes) => Int32Array.from(bytes, (byte) => (byte === 0 ? 0 : 1)) },
  INT4: { bits: 4, elements: unpackInt4 },
  INT16: { bits: 16, isReal: true, elements: (bytes, _, reals) => reals(new Int16Array(bytes.slice().buffer)) },
  INT64: {
    bits: 64,
    isReal: true,
    elements: (bytes, _, reals) => reals(Float64Array.from(new BigInt64Array(bytes.slice().buffer), Number)),
  },
};

function storedForm(tensor: FileTensor): StoredForm | undefined {
  if (tensor.type === 'INT64' && tensor.scales.length === 0) {
    return { bits: 64, elements: (bytes) => shortened(new BigInt64Array(bytes.slice().buffer), tensor) };
  }
  return Object.hasOwn(storedForms, tensor.type) ? storedForms[tensor.type] : undefined;
}

/** @throws FormatError for long integers that are no short ones */
function shortened(long: BigInt64Array, tensor: FileTensor): Int32Array {
  const outside = long.find((value) => BigInt.asIntN(32, value) !== value);
  if (outside === undefined) return Int32Array.from(long, Number);
  throw new FormatError(
    `tflite: ${describeTensor(tensor)} holds ${outside}, which is no 32-bit integer. Export it as INT32.`,
  );
}

function realsOf(tensor: FileTensor, shape: Shape): (codes: ArrayLike<number>) => Float32Array {
  return (codes) => {
    const reals = new Float32Array(codes.length);
    dequantizeCodes(codes, shape, tensorQuantization(tensor, shape)!, reals);
    return reals;
  };
}

/** Host arrays of the file's bytes: tensors of the same bytes share their copy. */
export class ConstantCopies {
  readonly #arrays = new Map<string, TensorData>();
  #remainingBytes: number;

  constructor(fileBytes: number) {
    this.#remainingBytes = MAXIMUM_COPIES * fileBytes;
  }

  /**
   * @param kind what of the bytes the elements are
   * @throws FormatError when the same bytes are copied again and again, as other types or parts of other buffers
   */
  get(kind: string, bytes: Uint8Array, elements: () => TensorData): TensorData {
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
 * @param computed what earlier operators made of constants, where the file has none
 * @returns undefined when the tensor is not a constant
 * @throws FormatError when the tensor is not a short list of INT32 or INT64
 */
export function integerConstant(tensor: FileTensor, computed: Tensor | undefined): number[] | undefined {
  const where = `tflite: ${describeTensor(tensor)}`;
  if (computed?.dtype === 'int32' && computed.data.length <= MAXIMUM_PARAMETERS) return [...computed.data];
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
 * @param computed as for `integerConstant`
 * @param where for messages
 * @returns undefined when the tensor is not a constant
 * @throws FormatError when it has more elements, or a type that cannot be
 */
export function numberConstant(tensor: FileTensor, computed: Tensor | undefined, where: string): number | undefined {
  if (computed === undefined && tensor.data === undefined) return undefined;
  const type = computed ?? tensorType(tensor);
  if (elementCount(type.shape) !== 1) {
    throw new FormatError(
      `${where}: ${describeTensor(tensor)} has the shape ${formatShape(type.shape)}, not one element.`,
    );
  }
  const { data, quantization } = computed ?? constantTensor(tensor, type, new ConstantCopies(tensor.data!.byteLength));
  return quantization === undefined
    ? data[0]
    : dequantizeValue(data[0], quantization.scales[0], quantization.zeroPoints[0]);
}
