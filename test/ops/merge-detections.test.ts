import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeDetections, type MergeDetectionsAttributes } from '../../src/ops/merge-detections.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { float32 } from '../support/codes.ts';
import { buildGraph, testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32' } as const;
const outputs = [float32, float32, float32, float32];

interface Sizes {
  readonly batch: number;
  readonly count: number;
  readonly classes: number;
  /** Lists of an image, and the entries that each has room for. */
  readonly lists: number;
  readonly length: number;
}

/** Few different scores, and of each list some of its boxes, best first. */
function draw({ batch, count, classes, lists, length }: Sizes) {
  const random = createRandom(count * classes + length);
  const scores = Array.from({ length: batch * count * classes }, () => random.integer(17) / 16);
  const indices: number[] = [];
  const counts: number[] = [];
  for (let list = 0; list < batch * lists; list++) {
    const [image, ofClass] = [Math.floor(list / lists), list % lists];
    const scoreOf = (box: number): number => {
      const row = scores.slice((image * count + box) * classes, (image * count + box + 1) * classes);
      return lists > 1 ? row[ofClass] : Math.max(...row);
    };
    const boxes = Array.from({ length: count }, (_, box) => box)
      .filter(() => random.integer(4) > 0)
      .sort((a, b) => scoreOf(b) - scoreOf(a))
      .slice(0, random.integer(length + 1));
    counts.push(boxes.length);
    indices.push(...Array.from({ length }, (_, place) => boxes[place] ?? 0));
  }
  return { scores, indices, counts };
}

const caseOf = (sizes: Sizes, attributes: MergeDetectionsAttributes) => {
  const { batch, count, classes, lists, length } = sizes;
  const { scores, indices, counts } = draw(sizes);
  return {
    name: JSON.stringify({ ...sizes, ...attributes }),
    attributes,
    inputs: [
      { ...float32, shape: [batch, count, 4] },
      { ...float32, shape: [batch, count, classes], data: scores },
      { ...int32, shape: [batch, lists, length], data: indices },
      { ...int32, shape: [batch, lists], data: counts },
    ],
    outputs,
  };
};

testOp(mergeDetections, [
  caseOf({ batch: 1, count: 20, classes: 5, lists: 5, length: 10 }, { maxDetections: 10, classesPerDetection: 1 }),
  caseOf({ batch: 1, count: 20, classes: 5, lists: 1, length: 10 }, { maxDetections: 10, classesPerDetection: 1 }),
  caseOf({ batch: 1, count: 1, classes: 1, lists: 1, length: 1 }, { maxDetections: 1, classesPerDetection: 1 }),
  // More places than entries, and more classes wanted than there are.
  caseOf({ batch: 2, count: 7, classes: 3, lists: 1, length: 7 }, { maxDetections: 70, classesPerDetection: 5 }),
  caseOf({ batch: 2, count: 30, classes: 6, lists: 6, length: 13 }, { maxDetections: 17, classesPerDetection: 1 }),
  caseOf({ batch: 3, count: 9, classes: 2, lists: 2, length: 4 }, { maxDetections: 100, classesPerDetection: 1 }),
  caseOf({ batch: 1, count: 100, classes: 90, lists: 90, length: 100 }, { maxDetections: 100, classesPerDetection: 1 }),
  caseOf({ batch: 1, count: 64, classes: 21, lists: 1, length: 64 }, { maxDetections: 64, classesPerDetection: 3 }),
]);

function merge(
  boxes: readonly (readonly number[])[],
  scores: readonly (readonly number[])[],
  lists: readonly (readonly number[])[],
  attributes: MergeDetectionsAttributes,
) {
  const length = Math.max(...lists.map((list) => list.length), 1);
  const { graph, inputs } = buildGraph(mergeDetections, {
    name: 'm',
    attributes,
    inputs: [
      { ...float32, shape: [1, boxes.length, 4], data: boxes.flat() },
      { ...float32, shape: [1, boxes.length, scores[0].length], data: scores.flat() },
      {
        ...int32,
        shape: [1, lists.length, length],
        data: lists.flatMap((list) => Array.from({ length }, (_, place) => list[place] ?? 0)),
      },
      { ...int32, shape: [1, lists.length], data: lists.map((list) => list.length) },
    ],
    outputs,
  });
  const values = runReference(graph, inputs);
  const [found, classes, foundScores, counts] = [0, 1, 2, 3].map((at) => [...values.get(`output${at}`)!.data]);
  return { boxes: found, classes, scores: foundScores, count: counts[0] };
}

const corners = [
  [0, 0, 1, 1],
  [2, 2, 3, 3],
];

test('a list for each class, by hand', () => {
  const scores = [
    [0.5, 0.25],
    [0.75, 0.5],
  ];
  // 0.75 of class 0, then the two of 0.5, class 0 before class 1, then 0.25.
  const merged = merge(corners, scores, [[1, 0], [1]], { maxDetections: 4, classesPerDetection: 1 });
  expect(merged).toEqual({
    boxes: [...corners[1], ...corners[0], ...corners[1], 0, 0, 0, 0],
    classes: [0, 0, 1, 0],
    scores: [0.75, 0.5, 0.5, 0],
    count: 3,
  });
  expect(merge(corners, scores, [[1, 0], [1]], { maxDetections: 2, classesPerDetection: 1 }).count).toBe(2);
});

test('one list for all classes, by hand', () => {
  const scores = [
    [0.25, 0.5, 0.5],
    [0.75, 0.5, 0.25],
  ];
  expect(merge(corners, scores, [[1, 0]], { maxDetections: 3, classesPerDetection: 2 })).toEqual({
    boxes: [...corners[1], ...corners[1], ...corners[0], ...corners[0], ...Array<number>(8).fill(0)],
    classes: [0, 1, 1, 2, 0, 0],
    scores: [0.75, 0.5, 0.5, 0.5, 0, 0],
    count: 2,
  });
});

test('taking the best of what is left, again and again, gives the same', () => {
  const scene = fc.record({
    scores: fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 8,
    }),
    maxDetections: fc.integer({ min: 1, max: 12 }),
  });
  fc.assert(
    fc.property(scene, ({ scores, maxDetections }) => {
      const boxes = scores.map((_, box) => [box, box, box, box]);
      const lists = [0, 1, 2].map((ofClass) =>
        [...scores.keys()]
          .filter((box) => (box + ofClass) % 3 > 0)
          .sort((a, b) => scores[b][ofClass] - scores[a][ofClass]),
      );
      const merged = merge(boxes, scores, lists, { maxDetections, classesPerDetection: 1 });
      const heads = [0, 0, 0];
      const expected: number[][] = [];
      while (expected.length < maxDetections) {
        let best = -1;
        for (const [ofClass, list] of lists.entries()) {
          if (heads[ofClass] === list.length) continue;
          const score = scores[list[heads[ofClass]]][ofClass];
          if (best < 0 || score > scores[lists[best][heads[best]]][best]) best = ofClass;
        }
        if (best < 0) break;
        const box = lists[best][heads[best]++];
        expected.push([box, best, scores[box][best]]);
      }
      expect(merged.count).toBe(expected.length);
      const found = expected.map((_, at) => [merged.boxes[at * 4], merged.classes[at], merged.scores[at]]);
      expect(found).toEqual(expected);
    }),
  );
});

test('refuses what does not fit', () => {
  const infer =
    (shapes: readonly (readonly number[])[], maxDetections = 10, classesPerDetection = 1) =>
    () =>
      mergeDetections.inferShape({
        name: 'm',
        attributes: { maxDetections, classesPerDetection },
        inputs: shapes.map((shape) => ({ ...float32, shape })),
        constants: [],
      });
  const fitting = [
    [2, 9, 4],
    [2, 9, 5],
    [2, 5, 3],
    [2, 5],
  ];
  expect(infer(fitting)()).toEqual([[2, 10, 4], [2, 10], [2, 10], [2]]);
  for (const [input, shape] of [
    [0, [2, 8, 4]],
    [1, [2, 9]],
    [2, [2, 4, 3]],
    [2, [1, 5, 3]],
    [3, [2, 1]],
  ] as const) {
    expect(infer(fitting.with(input, [...shape]))).toThrow(/do not fit\. Give boxes \[N, A, 4\]/);
  }
  expect(infer(fitting, 0)).toThrow('merge-detections "m": 0 detections of 1 classes each.');
  expect(infer(fitting, 10, 2)).toThrow(/one class with a list for each/);
  expect(infer(fitting, 70_000)).toThrow(/Use at most 65536/);
});
