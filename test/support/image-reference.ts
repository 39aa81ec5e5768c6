import { mat3, vec3, type ReadonlyMat3 } from 'gl-matrix';
import type { PixelImage } from '../../src/runtime/image-source.ts';

/** Red, green and blue in 0..255, not rounded. */
export type Color = readonly [number, number, number];

/** The part of an image that a resize sees. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Triangle of the given half width around the origin, of height one. */
function triangle(distance: number, support: number): number {
  return Math.max(0, 1 - Math.abs(distance) / support);
}

/**
 * One pixel of a resize by the definition, in double precision and without rounding: the average of all pixels weighted
 * by two triangles around the target pixel's center.
 */
export function resizedColor(image: PixelImage, box: Box, width: number, height: number, x: number, y: number): Color {
  const scaleX = (box.right - box.left) / width;
  const scaleY = (box.bottom - box.top) / height;
  const centerX = box.left + (x + 0.5) * scaleX;
  const centerY = box.top + (y + 0.5) * scaleY;
  const sum = [0, 0, 0];
  let total = 0;
  for (let row = 0; row < image.height; row++) {
    const weightY = triangle(row + 0.5 - centerY, Math.max(1, scaleY));
    if (weightY === 0) continue;
    for (let column = 0; column < image.width; column++) {
      const weight = weightY * triangle(column + 0.5 - centerX, Math.max(1, scaleX));
      for (let channel = 0; channel < 3; channel++)
        sum[channel] += weight * image.data[(row * image.width + column) * 4 + channel];
      total += weight;
    }
  }
  return [sum[0] / total, sum[1] / total, sum[2] / total];
}

/**
 * One pixel of a warp by the definition, in double precision. The width of the triangles comes from the map's derivative,
 * here by central differences.
 */
export function warpedColor(
  image: PixelImage,
  transform: ReadonlyMat3,
  background: Color,
  x: number,
  y: number,
): Color {
  const at = (dx: number, dy: number): [number, number] => {
    const [u, v, w] = vec3.transformMat3(new Array(3) as vec3, [x + 0.5 + dx, y + 0.5 + dy, 1], transform);
    return [u / w, v / w];
  };
  const [centerX, centerY] = at(0, 0);
  const step = 1e-3;
  const [left, right, above, below] = [at(-step, 0), at(step, 0), at(0, -step), at(0, step)];
  const supports = [0, 1].map((axis) =>
    Math.max(1, Math.hypot(right[axis] - left[axis], below[axis] - above[axis]) / (2 * step)),
  );
  const sum = [0, 0, 0];
  let total = 0;
  for (let row = Math.floor(centerY - supports[1]) - 1; row <= centerY + supports[1] + 1; row++) {
    for (let column = Math.floor(centerX - supports[0]) - 1; column <= centerX + supports[0] + 1; column++) {
      const weight = triangle(row + 0.5 - centerY, supports[1]) * triangle(column + 0.5 - centerX, supports[0]);
      const isInside = row >= 0 && column >= 0 && row < image.height && column < image.width;
      for (let channel = 0; channel < 3; channel++) {
        sum[channel] +=
          weight * (isInside ? image.data[(row * image.width + column) * 4 + channel] : background[channel]);
      }
      total += weight;
    }
  }
  return [sum[0] / total, sum[1] / total, sum[2] / total];
}

/** Translation, rotation and scale as one map, with an optional projective part. */
export function transformOf(options: {
  readonly translate?: readonly [number, number];
  readonly degrees?: number;
  readonly scale?: number;
  readonly perspective?: readonly [number, number];
}): mat3 {
  // Double precision, which gl-matrix keeps when it is given an array.
  const matrix = mat3.identity(new Array(9) as mat3);
  mat3.translate(matrix, matrix, [...(options.translate ?? [0, 0])] as [number, number]);
  mat3.rotate(matrix, matrix, ((options.degrees ?? 0) * Math.PI) / 180);
  mat3.scale(matrix, matrix, [options.scale ?? 1, options.scale ?? 1]);
  [matrix[2], matrix[5]] = options.perspective ?? [0, 0];
  return matrix;
}
