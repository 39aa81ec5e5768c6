/** Ranges end here, so that their width is finite. */
const largest = 2 ** 126;
/** A narrower range is nothing but zeros: its reciprocal would leave float32. */
const narrowest = 2 ** -100;

/** How codes found at run time stand for numbers: real = scale · (code − zeroPoint). */
export interface DynamicScale {
  readonly scale: number;
  /** The float32 by which a number is multiplied on its way to a code. */
  readonly inverse: number;
  readonly zeroPoint: number;
}

/**
 * The scale of int8 codes for the numbers from `min` to `max`, as TFLite's kernels with float inputs and int8 weights
 * choose it; every quotient is rounded to float32.
 * @param isSymmetric codes ±127 without zero point; otherwise −128 to 127 over the range widened to 0
 */
export function dynamicScale(min: number, max: number, isSymmetric: boolean): DynamicScale {
  const below = limited(-min);
  const above = limited(max);
  if (isSymmetric) {
    const range = Math.max(below, above);
    if (range < narrowest) return { scale: 1, inverse: 1, zeroPoint: 0 };
    return { scale: Math.fround(range / 127), inverse: Math.fround(127 / range), zeroPoint: 0 };
  }
  if (Math.fround(below + above) < narrowest) return { scale: 1, inverse: 1, zeroPoint: 0 };
  const scale = Math.fround((below + above) / 255);
  const share = Math.fround(below / Math.fround(below + above));
  return { scale, inverse: Math.fround(1 / scale), zeroPoint: roundHalfAway(255 * share - 128) };
}

/** Subnormal numbers count as 0: not every device has them. */
function limited(end: number): number {
  return end < 2 ** -126 ? 0 : Math.min(end, largest);
}

/** Code of a number, before it is limited to the range of codes: float32 sums and products, halves away from zero. */
export function dynamicCode(value: number, { inverse, zeroPoint }: DynamicScale): number {
  return roundHalfAway(Math.fround(zeroPoint + Math.fround(value * inverse)));
}

function roundHalfAway(value: number): number {
  return value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5);
}
