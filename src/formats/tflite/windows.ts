import { FormatError, ShapeError } from '../../errors.ts';
import { formatShape } from '../../tensor/shape.ts';
import type { TensorType } from '../../tensor/tensor.ts';

/** TFLite's Padding enumeration. */
const SAME = 0;
const VALID = 1;
const MAXIMUM_STEP = 2 ** 16;

/** Height and width of an [N, H, W, C] value or of [O, kH, kW, C] weights. @throws ShapeError for another rank */
export function spatialSize(where: string, type: TensorType | undefined): readonly [number, number] {
  if (type?.shape.length !== 4) {
    throw new ShapeError(
      `tflite: ${where}: shape ${formatShape(type?.shape ?? [])} does not have the four axes [N, H, W, C].`,
    );
  }
  return [type.shape[1], type.shape[2]];
}

/** A stride, dilation or window size as [h, w]. @throws FormatError unless both are positive */
export function windowStep(where: string, what: string, height: number, width: number): readonly [number, number] {
  if (height < 1 || width < 1 || height > MAXIMUM_STEP || width > MAXIMUM_STEP) {
    throw new FormatError(`tflite: ${where}: ${what} ${height} × ${width} is outside 1 to ${MAXIMUM_STEP}.`);
  }
  return [height, width];
}

/**
 * Explicit padding [top, left, bottom, right] of a sliding window. SAME makes ceil(size / stride) windows fit and gives
 * an odd pixel to the bottom and right, as TensorFlow does.
 * @param scheme TFLite's Padding number
 * @param window, dilations, strides [h, w]
 * @throws FormatError for an unknown scheme
 */
export function explicitPadding(
  where: string,
  scheme: number,
  input: readonly [number, number],
  window: readonly [number, number],
  strides: readonly [number, number],
  dilations: readonly [number, number],
): readonly [number, number, number, number] {
  if (scheme === VALID) return [0, 0, 0, 0];
  if (scheme !== SAME) throw new FormatError(`tflite: ${where}: padding ${scheme} is neither SAME (0) nor VALID (1).`);
  const [height, width] = [0, 1].map((axis) => {
    const reach = (window[axis] - 1) * dilations[axis] + 1;
    return Math.max((Math.ceil(input[axis] / strides[axis]) - 1) * strides[axis] + reach - input[axis], 0);
  });
  const top = Math.floor(height / 2);
  const left = Math.floor(width / 2);
  return [top, left, height - top, width - left];
}
