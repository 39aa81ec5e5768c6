import { FormatError } from '../errors.ts';
import type { PixelImage } from '../runtime/image-source.ts';

const FILE_HEADER_BYTES = 14;
/** BITMAPINFOHEADER; the larger headers begin with its fields. */
const INFO_HEADER_BYTES = 40;
const BI_RGB = 0;
const BI_BITFIELDS = 3;
/** Masks of red, green and blue in the usual order of bytes: blue, green, red, then alpha or nothing. */
const USUAL_MASKS = [0x00ff0000, 0x0000ff00, 0x000000ff];

/** Whether the bytes begin as a BMP file does. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Pixels of an uncompressed BMP file of 24 or 32 bits a pixel, rows from the bottom or the top. Alpha is not read:
 * writers disagree on whether the fourth byte means anything.
 * @throws FormatError when the file is cut short, damaged or of another kind
 */
export function readBmp(bytes: Uint8Array): PixelImage & { readonly data: Uint8Array } {
  if (!isBmp(bytes)) throw new FormatError('bmp: the file does not begin with "BM". It is no BMP file.');
  if (bytes.byteLength < FILE_HEADER_BYTES + INFO_HEADER_BYTES) {
    throw new FormatError(`bmp: ${bytes.byteLength} bytes are too few for its headers. The file is cut short.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint32(FILE_HEADER_BYTES, true);
  if (headerBytes < INFO_HEADER_BYTES) {
    throw new FormatError(
      `bmp: the header has ${headerBytes} bytes, needed are ${INFO_HEADER_BYTES}. Save it again as BMP or PNG.`,
    );
  }
  const pixelOffset = view.getUint32(10, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const bitsPerPixel = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new FormatError(`bmp: ${width} x ${signedHeight} pixels. The file is damaged.`);
  const isPlain = compression === BI_RGB || (compression === BI_BITFIELDS && bitsPerPixel === 32);
  if ((bitsPerPixel !== 24 && bitsPerPixel !== 32) || !isPlain) {
    throw new FormatError(
      `bmp: ${bitsPerPixel} bits a pixel with compression ${compression}; supported are 24 and 32 bits without. Save it as PNG.`,
    );
  }
  if (compression === BI_BITFIELDS) checkMasks(view);
  // Rows begin at multiples of four bytes.
  const pitch = Math.ceil((width * bitsPerPixel) / 32) * 4;
  const neededBytes = pixelOffset + pitch * height;
  if (pixelOffset < FILE_HEADER_BYTES + INFO_HEADER_BYTES || neededBytes > bytes.byteLength) {
    throw new FormatError(
      `bmp: ${width} x ${height} pixels from byte ${pixelOffset} need ${neededBytes} bytes, the file has ${bytes.byteLength}. It is cut short or damaged.`,
    );
  }
  const isTopDown = signedHeight < 0;
  const bytesPerPixel = bitsPerPixel / 8;
  const data = new Uint8Array(width * height * 4);
  for (let row = 0, to = 0; row < height; row++) {
    let from = pixelOffset + (isTopDown ? row : height - 1 - row) * pitch;
    for (let column = 0; column < width; column++, from += bytesPerPixel, to += 4) {
      data[to] = bytes[from + 2];
      data[to + 1] = bytes[from + 1];
      data[to + 2] = bytes[from];
      data[to + 3] = 255;
    }
  }
  return { width, height, data };
}

/** After the 40 bytes, whether they belong to the header (version 4 and 5) or follow it. */
function checkMasks(view: DataView): void {
  const offset = FILE_HEADER_BYTES + INFO_HEADER_BYTES;
  if (view.byteLength < offset + 12) throw new FormatError('bmp: the color masks are missing. The file is cut short.');
  const masks = USUAL_MASKS.map((_, index) => view.getUint32(offset + index * 4, true));
  if (masks.some((mask, index) => mask !== USUAL_MASKS[index])) {
    const shown = masks.map((mask) => mask.toString(16).padStart(8, '0')).join(', ');
    throw new FormatError(
      `bmp: color masks ${shown} are not supported; only bytes in the order blue, green, red. Save it as PNG.`,
    );
  }
}
