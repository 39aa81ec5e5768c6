import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UnsupportedOpError } from '../../src/errors.ts';
import { nonMaxSuppression, type NonMaxSuppressionAttributes } from '../../src/ops/non-max-suppression.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { float32 } from '../support/codes.ts';
import { compileWithin } from '../support/cut-program.ts';
import { buildGraph, testOp } from '../support/test-op.ts';

const usual: NonMaxSuppressionAttributes = {
  maxPerClass: 3,
  scoreThreshold: 0,
  keepsEqualScore: false,
  iouThreshold: 0.5,
  dropsEqualOverlap: false,
};
const outputs = [{ dtype: 'int32' }, float32, { dtype: 'int32' }] as const;

type Box = readonly number[];

/** Boxes between points of a grid, and few different scores: many that are equal, and overlaps of exactly a threshold. */
function coarse(batch: number, classes: number, count: number) {
  const random = createRandom(count);
  const numbers = (length: number, steps: number): number[] =>
    Array.from({ length }, () => random.integer(steps + 1) / steps);
  return { boxes: numbers(batch * count * 4, 8), scores: numbers(batch * classes * count, 16) };
}

const caseOf = (
  [batch, classes, count]: readonly [number, number, number],
  attributes: Partial<NonMaxSuppressionAttributes> = {},
) => {
  const data = coarse(batch, classes, count);
  return {
    name: `[${batch}, ${classes}, ${count}] ${Object.entries(attributes).join(' ')}`,
    attributes: { ...usual, ...attributes },
    inputs: [
      { ...float32, shape: [batch, count, 4], data: data.boxes },
      { ...float32, shape: [batch, classes, count], data: data.scores },
    ],
    outputs,
  };
};

const atThresholds = { keepsEqualScore: true, dropsEqualOverlap: true };
testOp(nonMaxSuppression, [
  caseOf([1, 1, 1]),
  caseOf([1, 1, 63], { maxPerClass: 10, scoreThreshold: 0.25 }),
  caseOf([1, 1, 64], { maxPerClass: 64, scoreThreshold: 0.25, ...atThresholds }),
  caseOf([1, 3, 65], { maxPerClass: 7, iouThreshold: 0.25 }),
  caseOf([2, 1, 255], { maxPerClass: 100, scoreThreshold: 0.5, ...atThresholds }),
  caseOf([2, 5, 257], { maxPerClass: 300, iouThreshold: 0.125, scoreThreshold: -Infinity }),
  caseOf([1, 2, 1917], { maxPerClass: 10, iouThreshold: 0, dropsEqualOverlap: true }),
  caseOf([1, 1, 500], { maxPerClass: 500, iouThreshold: 1 }),
  // More boxes than an invocation has bits in a word.
  caseOf([1, 1, 8300], { maxPerClass: 5, iouThreshold: 0.3 }),
  caseOf([1, 4, 20], { maxPerClass: 3, scoreThreshold: 2 }),
  {
    ...caseOf([1, 2, 300], { maxPerClass: 50, iouThreshold: 0.4 }),
    name: 'any numbers',
    inputs: [
      { ...float32, shape: [1, 300, 4] },
      { ...float32, shape: [1, 2, 300] },
    ],
  },
]);

interface Selection {
  readonly indices: number[];
  readonly scores: number[];
  readonly counts: number[];
}

/** @param scores of one class after the other */
function select(
  boxes: readonly Box[],
  scores: readonly (readonly number[])[],
  attributes: Partial<NonMaxSuppressionAttributes> = {},
  batch = 1,
): Selection {
  const count = boxes.length / batch;
  const { graph, inputs } = buildGraph(nonMaxSuppression, {
    name: 's',
    attributes: { ...usual, ...attributes },
    inputs: [
      { ...float32, shape: [batch, count, 4], data: boxes.flat() },
      { ...float32, shape: [batch, scores.length / batch, count], data: scores.flat() },
    ],
    outputs,
  });
  const values = runReference(graph, inputs);
  const [indices, selected, counts] = [0, 1, 2].map((index) => [...values.get(`output${index}`)!.data]);
  return { indices, scores: selected, counts };
}

// The examples of the ONNX operator's specification.
describe('the ONNX examples', () => {
  const boxes = [
    [0, 0, 1, 1],
    [0, 0.1, 1, 1.1],
    [0, -0.1, 1, 0.9],
    [0, 10, 1, 11],
    [0, 10.1, 1, 11.1],
    [0, 100, 1, 101],
  ];
  const scores = [0.9, 0.75, 0.6, 0.95, 0.5, 0.3];

  test('suppression by overlap', () => {
    const { indices, scores: selected, counts } = select(boxes, [scores]);
    expect(indices).toEqual([3, 0, 5]);
    expect(selected).toEqual([0.95, 0.9, 0.3].map(Math.fround));
    expect(counts).toEqual([3]);
  });

  test('suppression by overlap and score', () => {
    const { indices, counts } = select(boxes, [scores], { scoreThreshold: 0.4 });
    expect(indices).toEqual([3, 0, 0]);
    expect(counts).toEqual([2]);
  });

  test('corners the other way round', () => {
    const flipped = [
      [1, 1, 0, 0],
      [0, 0.1, 1, 1.1],
      [0, 0.9, 1, -0.1],
      [0, 10, 1, 11],
      [1, 10.1, 0, 11.1],
      [1, 101, 0, 100],
    ];
    expect(select(flipped, [scores]).indices).toEqual([3, 0, 5]);
  });

  test('a limited number', () => {
    expect(select(boxes, [scores], { maxPerClass: 2 }).indices).toEqual([3, 0]);
  });

  test('identical boxes', () => {
    const same = Array.from({ length: 10 }, () => [0, 0, 1, 1]);
    const { indices, counts } = select(same, [Array<number>(10).fill(0.9)]);
    expect(indices).toEqual([0, 0, 0]);
    expect(counts).toEqual([1]);
  });

  test('a single box', () => {
    expect(select([[0, 0, 1, 1]], [[0.9]])).toEqual({
      indices: [0, 0, 0],
      scores: [Math.fround(0.9), 0, 0],
      counts: [1],
    });
  });

  test('two images, two classes', () => {
    const both = select([...boxes, ...boxes], [scores, scores], { maxPerClass: 2 }, 2);
    expect(both).toMatchObject({ indices: [3, 0, 3, 0], counts: [2, 2] });
    const classes = select(boxes, [scores, scores], { maxPerClass: 2 });
    expect(classes).toMatchObject({ indices: [3, 0, 3, 0], counts: [2, 2] });
  });
});

test('exactly at the thresholds', () => {
  // Areas 4 and 4, intersection 2, union 6; and one that touches neither.
  const boxes = [
    [0, 0, 2, 2],
    [0, 1, 2, 3],
    [5, 5, 5, 9],
  ];
  const at = (attributes: Partial<NonMaxSuppressionAttributes>): number =>
    select(boxes, [[0.75, 0.5, 0.25]], attributes).counts[0];
  // A quarter of 8, for boxes of 5 each.
  const quarter = [
    [0, 0, 1, 5],
    [0, 3, 1, 8],
  ];
  const overlap = (dropsEqualOverlap: boolean): number =>
    select(quarter, [[0.75, 0.5]], { iouThreshold: 0.25, dropsEqualOverlap }).counts[0];
  expect([overlap(false), overlap(true)]).toEqual([2, 1]);
  expect([true, false].map((keepsEqualScore) => at({ scoreThreshold: 0.5, keepsEqualScore }))).toEqual([2, 1]);
  // What has no area overlaps nothing, by a part of 0.
  const empty = [
    [1, 1, 1, 1],
    [1, 1, 1, 1],
  ];
  const nothing = (iouThreshold: number): number =>
    select(empty, [[1, 1]], { iouThreshold, dropsEqualOverlap: true }).counts[0];
  expect([nothing(0.5), nothing(0)]).toEqual([2, 1]);
});

/** Intersection over union, by its definition; the coordinates are whole numbers, so it has one rounding. */
function intersectionOverUnion([top, left, bottom, right]: Box, other: Box): number {
  const height = Math.max(0, Math.min(bottom, other[2]) - Math.max(top, other[0]));
  const width = Math.max(0, Math.min(right, other[3]) - Math.max(left, other[1]));
  const area = (bottom - top) * (right - left);
  const otherArea = (other[2] - other[0]) * (other[3] - other[1]);
  return (height * width) / (area + otherArea - height * width);
}

describe('properties', () => {
  const box = fc
    .tuple(...[0, 0, 1, 1].map((min) => fc.integer({ min, max: min + 9 })))
    .map(([y, x, height, width]) => [y, x, y + height, x + width]);
  const scene = fc.record({
    things: fc.array(fc.tuple(box, fc.integer({ min: 0, max: 8 })), { minLength: 1, maxLength: 40 }),
    maxPerClass: fc.integer({ min: 1, max: 45 }),
    scoreThreshold: fc.integer({ min: -1, max: 9 }),
    // Of seven, so that no quotient of small numbers but those equal to it is near.
    sevenths: fc.integer({ min: 0, max: 7 }),
    keepsEqualScore: fc.boolean(),
    dropsEqualOverlap: fc.boolean(),
  });

  test('selected boxes do not overlap, and each other one has a reason', () => {
    fc.assert(
      fc.property(scene, ({ things, sevenths, ...others }) => {
        const attributes = { ...others, iouThreshold: sevenths / 8 };
        const boxes = things.map(([corners]) => corners);
        const scores = things.map(([, score]) => score);
        const { indices, counts } = select(boxes, [scores], attributes);
        const selected = indices.slice(0, counts[0]);
        const isTooMuch = (a: number, b: number): boolean => {
          const part = intersectionOverUnion(boxes[a], boxes[b]);
          return attributes.dropsEqualOverlap ? part >= attributes.iouThreshold : part > attributes.iouThreshold;
        };
        const isBetter = (a: number, b: number): boolean => scores[a] > scores[b] || (scores[a] === scores[b] && a < b);
        for (const [place, index] of selected.entries()) {
          if (place > 0) expect(isBetter(selected[place - 1], index)).toBe(true);
          for (const better of selected.slice(0, place)) expect(isTooMuch(better, index)).toBe(false);
        }
        const isFull = selected.length === attributes.maxPerClass;
        for (const index of boxes.keys()) {
          const { scoreThreshold, keepsEqualScore } = attributes;
          const isCandidate = scores[index] > scoreThreshold || (keepsEqualScore && scores[index] === scoreThreshold);
          if (selected.includes(index)) expect(isCandidate).toBe(true);
          else if (isCandidate) {
            const isCovered = selected.some((better) => isBetter(better, index) && isTooMuch(better, index));
            const comesLate = isFull && isBetter(selected.at(-1)!, index);
            expect(isCovered || comesLate).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('classes and images do not concern each other', () => {
    const table = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 6 }), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(box, { minLength: 12, maxLength: 12 }), table, (boxes, scores) => {
        const together = select(boxes, scores, {}, 2);
        const apart = scores.map((row, list) => select(boxes.slice(list < 2 ? 0 : 6, list < 2 ? 6 : 12), [row]));
        expect(together.indices).toEqual(apart.flatMap(({ indices }) => indices));
        expect(together.counts).toEqual(apart.flatMap(({ counts }) => counts));
      }),
    );
  });
});

test('refuses what does not fit', () => {
  const infer =
    (boxes: readonly number[], scores: readonly number[], attributes: Partial<NonMaxSuppressionAttributes> = {}) =>
    () =>
      nonMaxSuppression.inferShape({
        name: 's',
        attributes: { ...usual, ...attributes },
        inputs: [boxes, scores].map((shape) => ({ ...float32, shape })),
        constants: [],
      });
  expect(infer([2, 9, 4], [2, 5, 9])()).toEqual([
    [2, 5, 3],
    [2, 5, 3],
    [2, 5],
  ]);
  expect(infer([2, 9, 4], [2, 5, 9], { maxPerClass: 6000 })()[0]).toEqual([2, 5, 6000]);
  expect(infer([2, 9, 4], [2, 5, 9], { maxPerClass: 7000 })).toThrow(/lists of 7000 places for 9 boxes/);
  expect(infer([9, 4], [9])).toThrow(
    'non-max-suppression "s": boxes [9, 4] and scores [9] do not fit. Give [N, A, 4] and [N, C, A].',
  );
  expect(infer([2, 9, 4], [2, 9, 5])).toThrow(/do not fit/);
  expect(infer([2, 9, 5], [2, 5, 9])).toThrow(/do not fit/);
  expect(infer([1, 9, 4], [1, 1, 9], { maxPerClass: 0 })).toThrow(/selects 0 boxes/);
  expect(infer([1, 9, 4], [1, 1, 9], { iouThreshold: 1.5 })).toThrow(/thresholds 1.5 of overlaps/);
  expect(infer([1, 9, 4], [1, 1, 9], { scoreThreshold: NaN })).toThrow(/NaN of scores/);
});

test('more than one workgroup may do has no kernel', () => {
  const compileOf = (count: number, maxPerClass: number) => () => {
    const { graph } = buildGraph(nonMaxSuppression, {
      name: 'large',
      attributes: { ...usual, maxPerClass },
      inputs: [
        { ...float32, shape: [1, count, 4] },
        { ...float32, shape: [1, 1, count] },
      ],
      outputs,
    });
    return compileWithin(graph, { maxComputeInvocationsPerWorkgroup: 256 });
  };
  expect(compileOf(2 ** 14, 2 ** 14)).not.toThrow();
  expect(compileOf(2 ** 14 + 1, 2 ** 14)).toThrow(UnsupportedOpError);
  expect(compileOf(2 ** 18, 2 ** 10)).not.toThrow();
  expect(compileOf(2 ** 18, 2 ** 10 + 1)).toThrow(UnsupportedOpError);
});
