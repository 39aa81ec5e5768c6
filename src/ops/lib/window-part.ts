import type { Shape } from '../../tensor/shape.ts';
import type { AxisRange } from '../define-op.ts';
import { windowLimit } from './convolution-shape.ts';

/** How a window slides over an image [N, H, W, C]. */
interface Sliding {
  readonly strides: readonly [number, number];
  /** Pixels before and after: top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
}

/** What some outputs of a window read of the image, and how the window slides over that. */
interface WindowPart extends Sliding {
  readonly ranges: readonly AxisRange[];
}

/**
 * What a range of outputs along batch, height or width reads. Neighbouring ranges overlap by what the window is larger
 * than its stride.
 * @param spans height and width of the window, dilations included
 * @returns undefined when that would take more padding than a window may have
 */
export function windowPart(
  output: AxisRange,
  image: Shape,
  spans: readonly [number, number],
  { strides, padding }: Sliding,
): WindowPart | undefined {
  const { axis, start, end } = output;
  if (axis === 0) return { ranges: [output], strides, padding };
  const side = axis - 1;
  const placed = (ranges: readonly AxisRange[], stride: number, before: number, after: number): WindowPart => {
    const [top, left, bottom, right] = padding;
    return axis === 1
      ? { ranges, strides: [stride, strides[1]], padding: [before, left, after, right] }
      : { ranges, strides: [strides[0], stride], padding: [top, before, bottom, after] };
  };
  const first = start * strides[side] - padding[side];
  const last = (end - 1) * strides[side] - padding[side] + spans[side];
  const range = { axis, start: Math.max(first, 0), end: Math.min(last, image[axis]) };
  if (range.start < range.end) return placed([range], strides[side], range.start - first, last - range.end);
  // Padding alone: any index, behind all windows. A stride of at least 2 leaves no room for another output.
  const stride = Math.max(strides[side], 2);
  const before = (end - start - 1) * stride + spans[side];
  return before < windowLimit ? placed([{ axis, start: 0, end: 1 }], stride, before, 0) : undefined;
}
