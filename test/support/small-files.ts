/** What a BMP file of two by two pixels has instead. */
export interface BmpOptions {
  readonly width?: number;
  readonly height?: number;
  readonly bits?: number;
  readonly compression?: number;
  readonly headerBytes?: number;
  readonly masks?: readonly number[];
  readonly pixels?: readonly number[];
}

/** A file of two by two pixels as the format's documentation describes it, unless told otherwise. */
export function bmpFile(options: BmpOptions = {}): Uint8Array {
  const { width = 2, height = 2, bits = 24, compression = 0, headerBytes = 40, masks = [] } = options;
  // Blue, green, red; rows of six bytes are padded to eight; the lower row first.
  const pixels = options.pixels ?? [7, 8, 9, 10, 11, 12, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0];
  const offset = 14 + headerBytes + (headerBytes > 40 ? 0 : masks.length * 4);
  const file = new Uint8Array(offset + pixels.length);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, offset, true);
  view.setUint32(14, headerBytes, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, compression, true);
  masks.forEach((mask, index) => view.setUint32(54 + index * 4, mask, true));
  file.set(pixels, offset);
  return file;
}

/** A file as NumPy's format documentation describes it, version 1 unless another is given. */
export function npyFile(header: string, data: ArrayBufferView | number[] = [], version = 1): Uint8Array {
  const bytes = Array.isArray(data)
    ? Uint8Array.from(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const text = new TextEncoder().encode(header);
  const length = Array.from({ length: version === 1 ? 2 : 4 }, (_, byte) => (text.length >> (8 * byte)) & 255);
  return Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), version, 0, ...length, ...text, ...bytes]);
}

/** The dictionary at the beginning of an npy file. */
export function npyHeader(descriptor: string, shape: string, order = 'False'): string {
  return `{'descr': '${descriptor}', 'fortran_order': ${order}, 'shape': ${shape}, }          \n`;
}
