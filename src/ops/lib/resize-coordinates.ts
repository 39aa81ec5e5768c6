import { clamp, roundTiesEven } from '../../tensor/quantization.ts';

/**
 * Where a pixel of the result lies in the image, along one axis; o its index, s the sizes' ratio input / output.
 * - `half-pixel`: (o + ½)·s − ½, centers on centers. TFLite's half_pixel_centers, PyTorch's align_corners=False.
 * - `align-corners`: o·(input − 1)/(output − 1), the outermost centers on each other.
 * - `asymmetric`: o·s, the corners of the first pixels on each other. TFLite's default.
 * - `pytorch-half-pixel`: as half-pixel, but 0 where the result has one pixel.
 */
export type ResizeCoordinates = 'half-pixel' | 'align-corners' | 'asymmetric' | 'pytorch-half-pixel';

/** Which pixel is the nearest to a place between two. */
export type NearestRounding = 'round-prefer-floor' | 'round-prefer-ceil' | 'floor' | 'ceil';

export const resizeCoordinates: readonly ResizeCoordinates[] = [
  'half-pixel',
  'align-corners',
  'asymmetric',
  'pytorch-half-pixel',
];

export const nearestRoundings: readonly NearestRounding[] = [
  'round-prefer-floor',
  'round-prefer-ceil',
  'floor',
  'ceil',
];

/** Two neighbouring pixels of the input and the share of the second. */
export interface Blend {
  readonly first: number;
  readonly second: number;
  readonly weight: number;
}

/** One in the fixed-point shares of codes: 10 bits, as in TFLite. */
export const blendOne = 1024;

/** For every index of the output along an axis, the pixel of the input that it takes. */
export function nearestIndices(
  input: number,
  output: number,
  coordinates: ResizeCoordinates,
  rounding: NearestRounding,
): readonly number[] {
  return Array.from({ length: output }, (_, index) =>
    clamp(roundings[rounding](placeOf(index, input, output, coordinates)), 0, input - 1),
  );
}

const roundings: Readonly<Record<NearestRounding, (place: number) => number>> = {
  'round-prefer-floor': (place) => Math.ceil(place - 0.5),
  'round-prefer-ceil': (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** For every index of the output along an axis, the two pixels that it blends; weights are float32. */
export function floatBlends(input: number, output: number, coordinates: ResizeCoordinates): readonly Blend[] {
  return Array.from({ length: output }, (_, index) => {
    const place = clamp(placeOf(index, input, output, coordinates), 0, input - 1);
    const first = Math.floor(place);
    return { first, second: Math.min(first + 1, input - 1), weight: Math.fround(place - first) };
  });
}

/**
 * As `floatBlends`, with weights in 1024ths. TFLite's conventions in TFLite's fixed-point arithmetic, whose ratio of the
 * sizes is itself rounded to 1024ths.
 */
export function codeBlends(input: number, output: number, coordinates: ResizeCoordinates): readonly Blend[] {
  if (coordinates === 'pytorch-half-pixel') {
    return floatBlends(input, output, coordinates).map((blend) => ({
      ...blend,
      weight: roundTiesEven(blend.weight * blendOne),
    }));
  }
  const isAligned = coordinates === 'align-corners' && output > 1;
  const [from, to] = isAligned ? [input - 1, output - 1] : [input, output];
  const scale = Math.floor((blendOne * from + Math.floor(to / 2)) / to);
  return Array.from({ length: output }, (_, index) => {
    const place = index * scale + (coordinates === 'half-pixel' ? Math.floor(scale / 2) - blendOne / 2 : 0);
    const first = clamp(Math.floor(place / blendOne), 0, input - 1);
    const second = clamp(Math.ceil(place / blendOne), 0, input - 1);
    // Before the first and behind the last pixel both are that pixel, and the weight does not matter.
    return { first, second, weight: first === second ? 0 : place - first * blendOne };
  });
}

function placeOf(index: number, input: number, output: number, coordinates: ResizeCoordinates): number {
  switch (coordinates) {
    case 'half-pixel':
      return ((index + 0.5) * input) / output - 0.5;
    case 'pytorch-half-pixel':
      return output > 1 ? ((index + 0.5) * input) / output - 0.5 : 0;
    case 'align-corners':
      return output > 1 ? (index * (input - 1)) / (output - 1) : 0;
    case 'asymmetric':
      return (index * input) / output;
  }
}
