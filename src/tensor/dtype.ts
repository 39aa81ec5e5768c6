import { ShapeError } from '../errors.ts';

/** Element types a value can have. float16 is how weights and activations may be stored; ops compute in float32. */
export type DType = 'float32' | 'float16' | 'int8' | 'uint8' | 'int32';

/** The host array that holds a dtype's elements. */
export interface DTypeArrays {
  float32: Float32Array;
  /** Bits of the numbers; see `fromFloat16Bits`. */
  float16: Uint16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int32: Int32Array;
}

export type TensorData = DTypeArrays[DType];

const constructors = {
  float32: Float32Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int32: Int32Array,
} as const;

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/** A zero-filled host array of `length` elements. @throws ShapeError when there is no memory for it */
export function allocateData<T extends DType>(dtype: T, length: number): DTypeArrays[T] {
  try {
    return new constructors[dtype](length) as DTypeArrays[T];
  } catch (cause) {
    throw new ShapeError(
      `There is no memory for ${length} ${dtype} elements (${String(cause)}). Use a smaller batch or model.`,
      { cause },
    );
  }
}

/** A host array over existing bytes, a whole number of elements. */
export function dataOver(dtype: DType, buffer: ArrayBuffer): TensorData {
  return new constructors[dtype](buffer);
}

/** The dtype a typed array holds, or undefined when no dtype is stored that way. */
export function dtypeOf(data: ArrayBufferView): DType | undefined {
  for (const dtype of Object.keys(constructors) as DType[]) {
    if (data instanceof constructors[dtype]) return dtype;
  }
  return undefined;
}

/** Whether values of this dtype are 8-bit codes (int8 or uint8) rather than plain numbers. */
export function isQuantizedDType(dtype: DType): boolean {
  return dtype === 'int8' || dtype === 'uint8';
}

/** Smallest and largest code of an 8-bit dtype. */
export function codeRange(dtype: 'int8' | 'uint8'): readonly [number, number] {
  return dtype === 'int8' ? [-128, 127] : [0, 255];
}
