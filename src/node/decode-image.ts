import { FormatError, QuadotError } from '../errors.ts';
import type { PixelImage } from '../runtime/image-source.ts';
import { isBmp, readBmp } from './read-bmp.ts';
import { readBytes } from './read-bytes.ts';

/** A file of kilobytes may unfold to a picture of any size; larger ones than this hardly are photographs. */
const maxPixels = 2 ** 26;

/**
 * The pixels of an image file: PNG, JPEG and whatever else `sharp` reads, turned as its EXIF orientation says, and
 * uncompressed BMP, for which nothing need be installed.
 * @param image path or content of the file
 * @returns red, green, blue, alpha bytes in rows from the top
 * @throws FormatError when the file is damaged, of an unknown kind, or has more than 67 million pixels; QuadotError when sharp is needed and missing
 */
export async function decodeImage(image: string | Uint8Array): Promise<PixelImage & { readonly data: Uint8Array }> {
  const name = typeof image === 'string' ? image : `image of ${image.byteLength} bytes`;
  const bytes = typeof image === 'string' ? await readBytes(image) : image;
  if (isBmp(bytes)) {
    try {
      return readBmp(bytes);
    } catch (error) {
      throw error instanceof FormatError ? new FormatError(`${name}: ${error.message}`, { cause: error }) : error;
    }
  }
  const sharp = await loadSharp(name);
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels })
      .rotate()
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw new FormatError(
      `${name}: not a .png, .jpg or .bmp image that can be read (${error instanceof Error ? error.message : String(error)}).`,
      {
        cause: error,
      },
    );
  }
}

async function loadSharp(name: string): Promise<typeof import('sharp').default> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new QuadotError(`${name}: reading PNG or JPEG needs the package sharp. Run: npm install sharp`, { cause });
  }
}
