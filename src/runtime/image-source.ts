import { ShapeError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import type { Size } from './image-geometry.ts';
import { GrowingBuffer } from './growing-buffer.ts';

/** Pixels in rows from the top, four bytes each: red, green, blue, alpha (not premultiplied). ImageData is one. */
export interface PixelImage extends Size {
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * An image: pixels, a texture (rgba8unorm or bgra8unorm, one layer of it, usage COPY_SRC), or in a browser whatever
 * WebGPU copies from: ImageBitmap, VideoFrame, a canvas, an image or a video element.
 */
export type ImageSource = PixelImage | GPUTexture | GPUCopyExternalImageSource;

/** Size in pixels as the image is shown. */
export function imageSize(source: ImageSource): Size {
  if ('displayWidth' in source) return { width: source.displayWidth, height: source.displayHeight };
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight };
  if ('naturalWidth' in source) return { width: source.naturalWidth, height: source.naturalHeight };
  return { width: source.width, height: source.height };
}

/** Whether the lowest byte of a pixel is blue rather than red. */
export function startsWithBlue(source: ImageSource): boolean {
  return isTexture(source) && source.format.startsWith('bgra');
}

/**
 * Brings images of any kind into one buffer of four-byte pixels. What a browser copies from passes through a texture of
 * the image's size.
 */
export class ImageUploader {
  readonly #device: Device;
  readonly #owner: string;
  readonly #on: GPUDevice;
  readonly #pixels: GrowingBuffer;
  #texture: GPUTexture | undefined;
  #isDestroyed = false;

  /** @param on the GPUDevice that it belongs to */
  constructor(device: Device, owner: string, on: GPUDevice) {
    this.#device = device;
    this.#owner = owner;
    this.#pixels = new GrowingBuffer(device, owner, 'image', on);
    this.#on = on;
  }

  get buffer(): GPUBuffer {
    return this.#pixels.buffer;
  }

  /** Makes room for the image, and checks it. @throws ShapeError when data or texture do not fit what they say */
  async reserve(source: ImageSource): Promise<void> {
    const { width, height } = imageSize(source);
    if (isPixels(source) && source.data.length !== width * height * 4) {
      throw new ShapeError(
        `image: ${width} x ${height} pixels need ${width * height * 4} bytes (RGBA), the data has ${source.data.length}.`,
      );
    }
    if (isTexture(source) && !/^(rgba|bgra)8unorm/.test(source.format)) {
      throw new ShapeError(`image: a texture of format ${source.format} cannot be read. Use rgba8unorm or bgra8unorm.`);
    }
    await this.#pixels.reserve(pitchOf(source) * height * 4);
    if (!isPixels(source) && !isTexture(source)) await this.#reserveTexture(width, height);
  }

  /**
   * Copies a reserved image to `buffer`, ordered before what is submitted next.
   * @returns words from one row to the next
   */
  upload(source: ImageSource): number {
    const { queue } = this.#on;
    // Throws after `destroy`.
    const { buffer } = this.#pixels;
    const pitch = pitchOf(source);
    if (isPixels(source)) {
      const { data } = source;
      queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
      return pitch;
    }
    const { width, height } = imageSize(source);
    let texture: GPUTexture;
    if (isTexture(source)) {
      texture = source;
    } else {
      texture = this.#texture!;
      queue.copyExternalImageToTexture({ source }, { texture }, [width, height]);
    }
    const encoder = this.#on.createCommandEncoder({ label: 'image' });
    encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow: pitch * 4 }, [width, height]);
    queue.submit([encoder.finish()]);
    return pitch;
  }

  /** Safe to call twice. */
  destroy(): void {
    this.#pixels.destroy();
    this.#isDestroyed = true;
    this.#releaseTexture();
  }

  /** Makes the texture that what a browser copies from passes through. */
  async #reserveTexture(width: number, height: number): Promise<void> {
    if (this.#texture?.width === width && this.#texture.height === height) return;
    this.#releaseTexture();
    this.#texture = await this.#device.createTexture({
      label: `${this.#owner}/image`,
      owner: this.#owner,
      purpose: 'image',
      width,
      height,
      format: 'rgba8unorm',
      usage: GPUTextureUsage.COPY_SRC | GPUTextureUsage.COPY_DST | GPUTextureUsage.RENDER_ATTACHMENT,
      on: this.#on,
    });
    // The owner may have been destroyed while the device made the texture.
    if (this.#isDestroyed) this.#releaseTexture();
  }

  #releaseTexture(): void {
    if (this.#texture !== undefined) this.#device.release(this.#texture);
    this.#texture = undefined;
  }
}

/** Rows that come from a texture begin at multiples of 256 bytes. */
function pitchOf(source: ImageSource): number {
  const { width } = imageSize(source);
  return isPixels(source) ? width : Math.ceil(width / 64) * 64;
}

function isPixels(source: ImageSource): source is PixelImage {
  return 'data' in source;
}

function isTexture(source: ImageSource): source is GPUTexture {
  return 'createView' in source;
}
