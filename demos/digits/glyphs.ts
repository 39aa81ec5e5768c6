/** A point of a pen stroke in the glyph's box: x to the right, y down, both 0 to 1. */
export type Point = readonly [x: number, y: number];

/** A pen stroke as a fine polyline. */
export type Stroke = readonly Point[];

/** The strokes of one way to write a digit. */
export type Glyph = readonly Stroke[];

function line(...points: Point[]): Stroke {
  return points;
}

/** Part of an axis-aligned ellipse, in degrees: 0 is to the right, 90 is down. */
function arc(centre: Point, radii: Point, fromDegrees: number, toDegrees: number): Stroke {
  const steps = 24;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = ((fromDegrees + ((toDegrees - fromDegrees) * step) / steps) * Math.PI) / 180;
    return [centre[0] + radii[0] * Math.cos(angle), centre[1] + radii[1] * Math.sin(angle)];
  });
}

/** A Catmull-Rom spline through the points. */
function curve(...points: Point[]): Stroke {
  const stepsPerSpan = 8;
  const at = (index: number): Point => points[Math.min(Math.max(index, 0), points.length - 1)];
  const result: Point[] = [];
  for (let span = 0; span + 1 < points.length; span++) {
    const [before, from, to, after] = [at(span - 1), at(span), at(span + 1), at(span + 2)];
    for (let step = span === 0 ? 0 : 1; step <= stepsPerSpan; step++) {
      const t = step / stepsPerSpan;
      const coordinate = (axis: 0 | 1): number =>
        0.5 *
        (2 * from[axis] +
          (to[axis] - before[axis]) * t +
          (2 * before[axis] - 5 * from[axis] + 4 * to[axis] - after[axis]) * t ** 2 +
          (3 * from[axis] - before[axis] - 3 * to[axis] + after[axis]) * t ** 3);
      result.push([coordinate(0), coordinate(1)]);
    }
  }
  return result;
}

/** Writing styles of each digit: `glyphs[digit][style]`. */
export const glyphs: readonly (readonly Glyph[])[] = [
  [
    [arc([0.5, 0.5], [0.33, 0.5], -90, 270)],
    [arc([0.5, 0.5], [0.25, 0.48], -115, 250)],
    [curve([0.62, 0.02], [0.3, 0.12], [0.2, 0.55], [0.38, 0.97], [0.7, 0.88], [0.8, 0.45], [0.62, 0.06], [0.48, 0.1])],
  ],
  [
    [line([0.5, 0], [0.5, 1])],
    [line([0.3, 0.24], [0.53, 0], [0.53, 1])],
    [line([0.32, 0.2], [0.53, 0], [0.53, 1]), line([0.3, 1], [0.76, 1])],
  ],
  [
    [
      curve([0.2, 0.27], [0.34, 0.05], [0.62, 0.02], [0.78, 0.24], [0.68, 0.5], [0.42, 0.78], [0.18, 1]),
      line([0.18, 1], [0.83, 1]),
    ],
    [
      curve(
        [0.22, 0.2],
        [0.45, 0.01],
        [0.74, 0.14],
        [0.7, 0.45],
        [0.42, 0.82],
        [0.2, 0.94],
        [0.14, 0.82],
        [0.32, 0.78],
        [0.55, 0.95],
        [0.86, 0.94],
      ),
    ],
    [curve([0.2, 0.12], [0.5, 0.02], [0.78, 0.18], [0.66, 0.5], [0.22, 0.97]), line([0.22, 0.97], [0.78, 0.93])],
  ],
  [
    [arc([0.45, 0.26], [0.3, 0.26], -150, 90), arc([0.45, 0.75], [0.34, 0.25], -90, 150)],
    [line([0.2, 0], [0.76, 0], [0.44, 0.4]), arc([0.43, 0.7], [0.33, 0.3], -90, 150)],
    [
      curve(
        [0.2, 0.1],
        [0.5, 0],
        [0.73, 0.2],
        [0.58, 0.44],
        [0.42, 0.49],
        [0.66, 0.55],
        [0.8, 0.76],
        [0.55, 1],
        [0.2, 0.9],
      ),
    ],
  ],
  [
    [line([0.26, 0], [0.2, 0.55], [0.82, 0.55]), line([0.7, 0.1], [0.66, 1])],
    [line([0.64, 1], [0.64, 0], [0.14, 0.68], [0.86, 0.68])],
    [curve([0.3, 0.05], [0.22, 0.4], [0.4, 0.56], [0.72, 0.44]), line([0.76, 0], [0.7, 0.5], [0.64, 1])],
  ],
  [
    [line([0.78, 0], [0.28, 0], [0.25, 0.42]), arc([0.45, 0.68], [0.33, 0.31], -128, 140)],
    [
      curve([0.32, 0.04], [0.26, 0.44], [0.55, 0.4], [0.79, 0.62], [0.66, 0.94], [0.38, 1], [0.18, 0.88]),
      line([0.32, 0.04], [0.82, 0.02]),
    ],
    [curve([0.8, 0.02], [0.4, 0.05], [0.28, 0.4], [0.6, 0.46], [0.75, 0.72], [0.55, 0.98], [0.2, 0.95])],
  ],
  [
    [
      curve(
        [0.7, 0.02],
        [0.4, 0.22],
        [0.22, 0.6],
        [0.32, 0.93],
        [0.58, 0.99],
        [0.77, 0.78],
        [0.66, 0.55],
        [0.42, 0.54],
        [0.25, 0.74],
      ),
    ],
    [arc([0.49, 0.73], [0.27, 0.27], 0, 360), line([0.64, 0], [0.26, 0.62])],
    [curve([0.4, 0], [0.27, 0.4], [0.25, 0.75], [0.45, 1], [0.7, 0.86], [0.66, 0.6], [0.42, 0.58], [0.27, 0.74])],
  ],
  [
    [line([0.2, 0], [0.8, 0], [0.4, 1])],
    [line([0.2, 0], [0.8, 0], [0.42, 1]), line([0.36, 0.5], [0.76, 0.5])],
    [line([0.2, 0.16], [0.21, 0.02]), curve([0.21, 0.02], [0.8, 0.03], [0.56, 0.45], [0.46, 1])],
  ],
  [
    [arc([0.5, 0.25], [0.25, 0.25], 0, 360), arc([0.5, 0.74], [0.31, 0.26], 0, 360)],
    [
      curve(
        [0.74, 0.14],
        [0.5, 0],
        [0.27, 0.18],
        [0.46, 0.44],
        [0.74, 0.68],
        [0.66, 0.94],
        [0.38, 0.98],
        [0.24, 0.76],
        [0.46, 0.5],
        [0.72, 0.28],
        [0.74, 0.14],
      ),
    ],
  ],
  [
    [arc([0.49, 0.28], [0.27, 0.28], 0, 360), line([0.76, 0.28], [0.7, 1])],
    [arc([0.5, 0.27], [0.26, 0.27], 0, 360), curve([0.76, 0.3], [0.75, 0.7], [0.6, 0.98], [0.33, 0.94])],
    [curve([0.76, 0.2], [0.55, 0], [0.28, 0.14], [0.3, 0.44], [0.58, 0.46], [0.76, 0.2], [0.72, 0.6], [0.58, 1])],
  ],
];
