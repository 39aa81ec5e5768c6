import { FormatError } from '../errors.ts';
import { allocateData, type DType, type TensorData } from '../tensor/dtype.ts';
import { fromFloat16Bits } from '../tensor/float16.ts';
import { elementsOf } from './bytes.ts';

/** How files store numbers, whatever each calls it. */
export type StoredType = DType | 'float16' | 'bfloat16' | 'float64' | 'bool' | 'int16' | 'uint16' | 'uint32' | 'int64';

interface Storage {
  /** What its elements become: all of them exactly, but float64, which is rounded. */
  readonly dtype: DType;
  readonly sizeBytes: number;
  /** Absent where the bytes are taken as they are. */
  readonly read?: (view: DataView, offset: number) => number;
}

const storages: Readonly<Record<StoredType, Storage>> = {
  float32: { dtype: 'float32', sizeBytes: 4 },
  int8: { dtype: 'int8', sizeBytes: 1 },
  uint8: { dtype: 'uint8', sizeBytes: 1 },
  int32: { dtype: 'int32', sizeBytes: 4 },
  float16: { dtype: 'float32', sizeBytes: 2, read: (view, offset) => fromFloat16Bits(view.getUint16(offset, true)) },
  bfloat16: { dtype: 'float32', sizeBytes: 2, read: readBfloat16 },
  float64: { dtype: 'float32', sizeBytes: 8, read: (view, offset) => view.getFloat64(offset, true) },
  bool: { dtype: 'int32', sizeBytes: 1, read: (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1) },
  int16: { dtype: 'int32', sizeBytes: 2, read: (view, offset) => view.getInt16(offset, true) },
  uint16: { dtype: 'int32', sizeBytes: 2, read: (view, offset) => view.getUint16(offset, true) },
  uint32: { dtype: 'int32', sizeBytes: 4, read: (view, offset) => view.getUint32(offset, true) },
  int64: { dtype: 'int32', sizeBytes: 8, read: (view, offset) => Number(view.getBigInt64(offset, true)) },
};

/** Bytes that an element takes in a file. */
export function storedBytes(type: StoredType): number {
  return storages[type].sizeBytes;
}

/**
 * A copy of stored elements as a tensor holds them. Halves become float32 exactly; float64 is rounded to float32;
 * booleans become 0 and 1, and other integers int32.
 * @param where begins the messages
 * @param bytes a multiple of `storedBytes`
 * @throws FormatError for an integer that int32 cannot hold
 */
export function readElements(
  where: string,
  type: StoredType,
  bytes: Uint8Array,
): { readonly dtype: DType; readonly data: TensorData } {
  const { dtype, sizeBytes, read } = storages[type];
  if (read === undefined) return { dtype, data: elementsOf(dtype, bytes) };
  const data = allocateData(dtype, bytes.byteLength / sizeBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < data.length; i++) {
    const value = read(view, i * sizeBytes);
    if (dtype === 'int32' && value !== (value | 0)) {
      throw new FormatError(
        `${where}: ${value}, element ${i} of type ${type}, does not fit int32. Save smaller integers, or float32.`,
      );
    }
    data[i] = value;
  }
  return { dtype, data };
}

const float32Bits = new DataView(new ArrayBuffer(4));

/** The upper half of a float32's bits. */
function readBfloat16(view: DataView, offset: number): number {
  float32Bits.setUint32(0, view.getUint16(offset, true) << 16);
  return float32Bits.getFloat32(0);
}
