import { dataOver, type DType, type TensorData } from '../tensor/dtype.ts';

/** The bytes of a file, whichever way they came. Node's Buffer becomes a plain array: its `slice` does not copy. */
export function fileBytes(bytes: Uint8Array | ArrayBuffer): Uint8Array {
  return bytes instanceof Uint8Array
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}

/**
 * An aligned copy of stored elements. Files are little-endian, and so is every machine with WebGPU.
 * @param bytes a multiple of the dtype's element size
 */
export function elementsOf(dtype: DType, bytes: Uint8Array): TensorData {
  return dataOver(dtype, new Uint8Array(bytes).buffer);
}
