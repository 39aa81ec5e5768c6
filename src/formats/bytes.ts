import type { DType, TensorData } from '../tensor/dtype.ts';

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
  const { buffer } = new Uint8Array(bytes);
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'uint8':
      return new Uint8Array(buffer);
  }
}
