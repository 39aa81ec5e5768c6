/** Bits after the point of a weight: the sum of 255 · weight stays below 2³¹. */
export const resampleBits = 22;

/** Weights of one axis of a resize. */
export interface ResampleTable {
  /** For each pixel of the target: the first source pixel, how many follow, and where their weights begin. */
  readonly spans: Uint32Array<ArrayBuffer>;
  /** Fixed point with `resampleBits` bits after the point, not negative; those of a target pixel sum to about one. */
  readonly weights: Uint32Array<ArrayBuffer>;
}

/**
 * Weights that resize one axis with the triangle filter. Pixel i covers [i, i + 1). Enlarging, this is bilinear
 * interpolation between pixel centers; reducing, the filter widens with the ratio, so that every source pixel counts.
 * The target pixel's value is (Σ pixel · weight + half) >> resampleBits, all in integers, as Pillow has it: results
 * are the same on every device, and the same as those of the preprocessing that most models were trained with.
 * @param sourceSize pixels of the source along the axis
 * @param start where the part that is seen begins
 * @param end where it ends, at most sourceSize
 * @param targetSize pixels of the target
 */
export function createResampleTable(sourceSize: number, start: number, end: number, targetSize: number): ResampleTable {
  const scale = (end - start) / targetSize;
  const support = Math.max(scale, 1);
  const spans = new Uint32Array(targetSize * 3);
  const weights: number[] = [];
  for (let target = 0; target < targetSize; target++) {
    const center = start + (target + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const last = Math.min(sourceSize, Math.trunc(center + support + 0.5));
    const triangle: number[] = [];
    for (let source = first; source < last; source++) {
      triangle.push(Math.max(0, 1 - Math.abs((source - center + 0.5) / support)));
    }
    const sum = triangle.reduce((total, weight) => total + weight, 0);
    spans.set([first, triangle.length, weights.length], target * 3);
    for (const weight of triangle) weights.push(Math.floor((weight / sum) * 2 ** resampleBits + 0.5));
  }
  return { spans, weights: Uint32Array.from(weights) };
}
