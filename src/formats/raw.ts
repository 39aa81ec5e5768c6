import { FormatError } from '../errors.ts';
import { bytesPerElement, type DType } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { elementsOf, fileBytes } from './bytes.ts';

/**
 * Bare elements without a header, little-endian, as a tensor of one axis.
 * @param bytes the whole file; the elements are a copy
 * @throws FormatError when the bytes are no whole number of elements
 */
export function readRaw(bytes: Uint8Array | ArrayBuffer, dtype: DType): Tensor {
  const size = bytesPerElement(dtype);
  if (bytes.byteLength % size !== 0) {
    throw new FormatError(
      `raw: ${bytes.byteLength} bytes are no whole number of ${dtype} elements of ${size} bytes each. Check the type.`,
    );
  }
  const data = elementsOf(dtype, fileBytes(bytes));
  return { dtype, shape: [data.length], data };
}
