import { mat2d, vec2 } from 'gl-matrix';
import { createRandom, type Random } from 'quadot';
import { glyphs, type Point } from './glyphs.ts';

/** Width and height of a drawn digit in pixels. */
export const imageSize = 28;

/** Pixels of the glyph's box before it is warped. */
const glyphSize = 20;

/** Drawn digits and what they show. */
export interface DigitSet {
  /** Brightness 0 (paper) to 1 (ink), [count, 28, 28, 1] row-major. */
  readonly images: Float32Array;
  /** The digit of each image, 0 to 9. */
  readonly labels: Uint8Array;
  readonly count: number;
}

/**
 * Draws digits the way hands do: a random style, an affine warp, an unsteady pen of varying width, blur and noise.
 * Image i depends only on the seed and on i.
 * @returns images of the digits 0, 1, … 9, 0, 1, …
 */
export function drawDigits(count: number, seed: number): DigitSet {
  const random = createRandom(seed);
  const pixels = imageSize ** 2;
  const images = new Float32Array(count * pixels);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 10);
  labels.forEach((digit, index) => images.set(drawDigit(digit, random.fork(index)), index * pixels));
  return { images, labels, count };
}

/** Draws one digit: 28×28 brightnesses in 0 to 1, row by row. */
export function drawDigit(digit: number, random: Random): Float32Array {
  const glyph = glyphs[digit][random.integer(glyphs[digit].length)];
  const warp = randomWarp(random);
  const tremor = random.uniform(0.2, 1.15);
  const penRadius = random.uniform(0.6, 1.7);
  const softness = random.uniform(0.7, 1.6);
  const image = new Float32Array(imageSize ** 2);
  for (const stroke of glyph) {
    const points = unsteady(stroke, tremor, random).map((point) => vec2.transformMat2d(vec2.create(), point, warp));
    const endRadius = penRadius * random.uniform(0.6, 1.3);
    for (let index = 1; index < points.length; index++) {
      const along = index / points.length;
      inkSegment(image, points[index - 1], points[index], penRadius + (endRadius - penRadius) * along, softness);
    }
  }
  return develop(image, random);
}

/** From the glyph's unit box to pixels: scale, shear, rotation and translation about the middle. */
function randomWarp(random: Random): mat2d {
  const warp = mat2d.fromTranslation(mat2d.create(), [
    imageSize / 2 + random.normal(0, 1.2),
    imageSize / 2 + random.normal(0, 1.2),
  ]);
  mat2d.rotate(warp, warp, random.normal(0, 0.2));
  const shear = mat2d.fromValues(1, 0, random.normal(0, 0.26), 1, 0, 0);
  mat2d.multiply(warp, warp, shear);
  mat2d.scale(warp, warp, [glyphSize * random.uniform(0.65, 1.12), glyphSize * random.uniform(0.7, 1.08)]);
  return mat2d.translate(warp, warp, [-0.5, -0.5]);
}

/** Moves the points of a stroke by two slow waves, as a hand does; `amount` 1 is a tenth of the glyph. */
function unsteady(stroke: readonly Point[], amount: number, random: Random): [number, number][] {
  const wave = (): ((position: number) => number) => {
    const [phase, turns, height] = [random.uniform(0, 2 * Math.PI), random.uniform(0.5, 1.8), random.normal(0, 0.06)];
    return (position) => amount * height * Math.sin(phase + 2 * Math.PI * turns * position);
  };
  const [moveX, moveY] = [wave(), wave()];
  return stroke.map(([x, y], index) => {
    const position = index / (stroke.length - 1);
    return [x + moveX(position), y + moveY(position)];
  });
}

/** Inks every pixel near the segment: full within the radius, fading over `softness` pixels. */
function inkSegment(image: Float32Array, from: vec2, to: vec2, radius: number, softness: number): void {
  const reach = radius + softness;
  const [lowX, highX] = pixelRange(from[0], to[0], reach);
  const [lowY, highY] = pixelRange(from[1], to[1], reach);
  const [deltaX, deltaY] = [to[0] - from[0], to[1] - from[1]];
  const lengthSquared = Math.max(deltaX ** 2 + deltaY ** 2, 1e-9);
  for (let y = lowY; y <= highY; y++) {
    for (let x = lowX; x <= highX; x++) {
      // Pixel centres lie at half coordinates.
      const [offsetX, offsetY] = [x + 0.5 - from[0], y + 0.5 - from[1]];
      const along = Math.min(Math.max((offsetX * deltaX + offsetY * deltaY) / lengthSquared, 0), 1);
      const distance = Math.sqrt((offsetX - along * deltaX) ** 2 + (offsetY - along * deltaY) ** 2);
      const ink = Math.min(Math.max(0.5 + (radius - distance) / softness, 0), 1);
      const index = y * imageSize + x;
      image[index] = Math.max(image[index], ink);
    }
  }
}

function pixelRange(a: number, b: number, reach: number): readonly [number, number] {
  return [Math.max(Math.floor(Math.min(a, b) - reach), 0), Math.min(Math.ceil(Math.max(a, b) + reach), imageSize - 1)];
}

/** What a camera adds: blur, uneven contrast, noise. */
function develop(image: Float32Array, random: Random): Float32Array {
  const blurred = blur(image, random.uniform(0, 0.3));
  const contrast = random.uniform(0.45, 1);
  const paper = random.uniform(0, 0.15);
  const noise = random.uniform(0.02, 0.2);
  return blurred.map((ink) => Math.min(Math.max(paper + (contrast - paper) * ink + random.normal(0, noise), 0), 1));
}

/** Separable three-tap blur; `side` is the weight of each neighbour, 0 to 1/3. */
function blur(image: Float32Array, side: number): Float32Array {
  const alongRows = image.map((centre, index) => {
    const x = index % imageSize;
    const left = x > 0 ? image[index - 1] : 0;
    const right = x < imageSize - 1 ? image[index + 1] : 0;
    return (1 - 2 * side) * centre + side * (left + right);
  });
  return alongRows.map(
    (centre, index) =>
      (1 - 2 * side) * centre + side * ((alongRows[index - imageSize] ?? 0) + (alongRows[index + imageSize] ?? 0)),
  );
}
