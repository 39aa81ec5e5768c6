import { ShapeError } from '../errors.ts';
import { allocateData, bytesPerElement, dtypeOf, type TensorData } from '../tensor/dtype.ts';
import { deviceBytes, fromQuads, isDenseOnDevice, toQuads } from '../tensor/quads.ts';
import { elementCount, formatShape, sameShape } from '../tensor/shape.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';

/** What `run` takes from the host for one input: a tensor, or a typed array in the input's shape. */
export type HostInput = Tensor | TensorData;

/**
 * Turns host data into the device layout without allocating on each run: rows are padded to whole quads, and uint8
 * codes become int8 by flipping their top bit.
 */
export class InputPacker {
  readonly #name: string;
  readonly #type: TensorType;
  readonly #scratch: TensorData | undefined;

  constructor(name: string, type: TensorType) {
    this.#name = name;
    this.#type = type;
    if (!isDenseOnDevice(type.shape) || type.dtype === 'uint8') {
      this.#scratch = allocateData(type.dtype, deviceBytes(type.dtype, type.shape) / bytesPerElement(type.dtype));
    }
  }

  /**
   * Bytes to upload; valid until the next call.
   * @throws ShapeError when dtype, shape or length differ from the graph's input
   */
  pack(input: HostInput): TensorData {
    const { dtype, shape } = this.#type;
    const data = this.check(input);
    if (this.#scratch === undefined) return data;
    const packed = toQuads(data, dtype, shape, this.#scratch);
    if (dtype === 'uint8') flipTopBits(packed as Uint8Array);
    return packed;
  }

  /** The input's data. @throws ShapeError as `pack` */
  check(input: HostInput): TensorData {
    const { dtype, shape } = this.#type;
    const data = ArrayBuffer.isView(input) ? input : input.data;
    const expected = `input "${this.#name}": expected ${dtype} ${formatShape(shape)} (${elementCount(shape)} elements)`;
    const actual = dtypeOf(data);
    if (actual !== dtype)
      throw new ShapeError(`${expected}, got ${actual ?? data?.constructor?.name}. Convert the data.`);
    if (!ArrayBuffer.isView(input) && !sameShape(input.shape, shape)) {
      throw new ShapeError(`${expected}, got a tensor of shape ${formatShape(input.shape)}.`);
    }
    if (data.length !== elementCount(shape)) throw new ShapeError(`${expected}, got ${data.length} elements.`);
    return data;
  }
}

/** The dense host tensor of a value read back from the device. */
export function unpackOutput(type: TensorType, bytes: ArrayBuffer, byteOffset: number): Tensor {
  const { dtype, shape } = type;
  const sizeBytes = deviceBytes(dtype, shape);
  const quads = allocateData(dtype, sizeBytes / bytesPerElement(type.dtype));
  new Uint8Array(quads.buffer).set(new Uint8Array(bytes, byteOffset, sizeBytes));
  if (dtype === 'uint8') flipTopBits(quads as Uint8Array);
  return { ...type, data: isDenseOnDevice(shape) ? quads : fromQuads(quads, dtype, shape) };
}

/** uint8 code ↔ int8 code + 128, four at a time. The length is a multiple of four. */
function flipTopBits(codes: Uint8Array): void {
  const words = new Uint32Array(codes.buffer, codes.byteOffset, codes.length / 4);
  for (let i = 0; i < words.length; i++) words[i] ^= 0x80808080;
}
