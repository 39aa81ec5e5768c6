import { ShapeError } from '../errors.ts';

/** How an image of another aspect ratio meets the input: deformed, cropped at its center, or with bars around it. */
export type Fit = 'stretch' | 'cover' | 'contain';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Which part of the source lands where in the target; all in pixels. */
export interface Placement extends Size {
  /** The part of the source that is seen; edges may lie within a pixel. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Where the part begins in the target; its size there is `width` x `height`. */
  readonly x: number;
  readonly y: number;
}

/** @throws ShapeError when a size is not a positive integer */
export function placeImage(source: Size, target: Size, fit: Fit): Placement {
  if (![source.width, source.height].every((size) => Number.isInteger(size) && size > 0)) {
    throw new ShapeError(
      `image: ${source.width} x ${source.height} pixels. Width and height must be positive integers.`,
    );
  }
  const { width, height } = target;
  const whole = { left: 0, top: 0, right: source.width, bottom: source.height, x: 0, y: 0, width, height };
  // Pixels of the target for each pixel of the source.
  const scaleX = width / source.width;
  const scaleY = height / source.height;
  if (fit === 'stretch' || scaleX === scaleY) return whole;
  if (fit === 'cover') {
    const scale = Math.max(scaleX, scaleY);
    const left = (source.width - width / scale) / 2;
    const top = (source.height - height / scale) / 2;
    return { ...whole, left, top, right: source.width - left, bottom: source.height - top };
  }
  const scale = Math.min(scaleX, scaleY);
  const innerWidth = Math.max(1, Math.round(source.width * scale));
  const innerHeight = Math.max(1, Math.round(source.height * scale));
  const x = (width - innerWidth) >> 1;
  const y = (height - innerHeight) >> 1;
  return { ...whole, x, y, width: innerWidth, height: innerHeight };
}
