import { FormatError } from '../errors.ts';
import { elementCount, formatShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { fileBytes } from './bytes.ts';
import { readElements, storedBytes, type StoredType } from './stored-elements.ts';

/** "\x93NUMPY". */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Magic, two bytes of version, then the header's length. */
const LENGTH_OFFSET = 8;
/** NumPy itself refuses headers over 10,000 bytes unless told otherwise. */
const MAXIMUM_HEADER_BYTES = 2 ** 16;

/** By NumPy's descriptor. */
const storedTypes: Readonly<Record<string, StoredType>> = {
  '<f2': 'float16',
  '<f4': 'float32',
  '<f8': 'float64',
  '|b1': 'bool',
  '|i1': 'int8',
  '|u1': 'uint8',
  '<i2': 'int16',
  '<u2': 'uint16',
  '<i4': 'int32',
  '<u4': 'uint32',
  '<i8': 'int64',
};

/**
 * An array saved by NumPy (`numpy.save`), in row-major order. float16 becomes float32, float64 is rounded to it; booleans
 * and integers that are not 8-bit become int32.
 * @param bytes the whole file; the array is a copy
 * @throws FormatError when the file is damaged, or its type, byte order or memory order is not supported
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpy(bytes: Uint8Array | ArrayBuffer): Tensor {
  const file = fileBytes(bytes);
  const { header, dataOffset } = readHeader(file);
  const { descriptor, isColumnMajor, shape } = parseHeader(header);
  if (!Object.hasOwn(storedTypes, descriptor)) {
    throw new FormatError(
      `npy: elements of type "${descriptor}" are not supported. Save float32, int8, uint8 or int32: array.astype('float32').`,
    );
  }
  if (isColumnMajor && shape.length > 1) {
    throw new FormatError('npy: the array is in column-major (Fortran) order. Save numpy.ascontiguousarray(array).');
  }
  const type = storedTypes[descriptor];
  const expectedBytes = elementCount(shape) * storedBytes(type);
  const data = file.subarray(dataOffset);
  if (data.byteLength !== expectedBytes) {
    throw new FormatError(
      `npy: ${descriptor} ${formatShape(shape)} needs ${expectedBytes} bytes of data, the file has ${data.byteLength}. It is cut short or damaged.`,
    );
  }
  return { shape, ...readElements('npy', type, data) };
}

function readHeader(file: Uint8Array): { header: string; dataOffset: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const hasMagic = file.byteLength >= 12 && MAGIC.every((byte, i) => file[i] === byte);
  if (!hasMagic)
    throw new FormatError('npy: the file does not begin with "\\x93NUMPY". It was not saved by numpy.save.');
  const version = file[6];
  if (version < 1 || version > 3) throw new FormatError(`npy: format version ${version} is not known; 1 to 3 are.`);
  const lengthBytes = version === 1 ? 2 : 4;
  const length = version === 1 ? view.getUint16(LENGTH_OFFSET, true) : view.getUint32(LENGTH_OFFSET, true);
  const dataOffset = LENGTH_OFFSET + lengthBytes + length;
  if (dataOffset > file.byteLength) {
    throw new FormatError(
      `npy: the header ends at byte ${dataOffset}, the file at ${file.byteLength}. It is cut short.`,
    );
  }
  if (length > MAXIMUM_HEADER_BYTES) {
    throw new FormatError(
      `npy: the header has ${length} bytes; an array's has at most ${MAXIMUM_HEADER_BYTES}. The file is damaged.`,
    );
  }
  const header = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(
    file.subarray(LENGTH_OFFSET + lengthBytes, dataOffset),
  );
  return { header, dataOffset };
}

/** The header is a Python dictionary with three known keys, in any order. */
function parseHeader(header: string): { descriptor: string; isColumnMajor: boolean; shape: number[] } {
  const descriptor = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(header)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)?.[1];
  const sizes = /['"]shape['"]\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (descriptor === undefined || order === undefined || sizes === undefined) {
    throw new FormatError(
      `npy: the header ${JSON.stringify(header.trim().slice(0, 100))} lacks a plain descr, fortran_order or shape. Save an array of numbers.`,
    );
  }
  const shape = sizes
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  if (!Number.isSafeInteger(elementCount(shape) * 8) || shape.some((size) => !Number.isSafeInteger(size))) {
    throw new FormatError(`npy: the shape (${sizes}) is not one of an array. The file is damaged.`);
  }
  return { descriptor, isColumnMajor: order === 'True', shape };
}
