import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBoxes, type DecodeBoxesAttributes } from '../../src/ops/decode-boxes.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { float32 } from '../support/codes.ts';
import { buildGraph, testOp } from '../support/test-op.ts';

const center = { scales: [10, 10, 5, 5], anchors: 'center-size' } as const;
const corners = { scales: [1, 2, 3, 4], anchors: 'corners' } as const;

const caseOf = (
  attributes: DecodeBoxesAttributes,
  [batch, count, length]: readonly [number, number, number],
  constant = true,
) => ({
  name: `${attributes.anchors} [${batch}, ${count}, ${length}], ${constant ? 'constant' : 'computed'} anchors`,
  attributes,
  inputs: [
    { ...float32, shape: [batch, count, length], range: [-3, 3] as const },
    { ...float32, shape: [count, 4], range: [0.1, 1] as const, constant },
  ],
  outputs: [float32],
});

testOp(decodeBoxes, [
  caseOf(center, [1, 1, 4]),
  caseOf(center, [1, 63, 4]),
  caseOf(corners, [1, 64, 4]),
  caseOf(center, [2, 65, 4], false),
  // Keypoints follow the four numbers of the box.
  caseOf(corners, [2, 7, 9]),
  caseOf(center, [3, 130, 18]),
]);

/** What becomes of encodings and anchors. */
function decode(attributes: DecodeBoxesAttributes, encodings: readonly number[], anchors: readonly number[]): number[] {
  const count = anchors.length / 4;
  const inputs = [
    { ...float32, shape: [encodings.length / anchors.length, count, 4], data: encodings },
    { ...float32, shape: [count, 4], data: anchors },
  ];
  const { graph, inputs: tensors } = buildGraph(decodeBoxes, { name: 'd', attributes, inputs, outputs: [float32] });
  return [...runReference(graph, tensors).get('output0')!.data];
}

test('by hand', () => {
  // Half the height below, twice the width: Δy = 5 / 10, and exp(5 · ln 2 / 5) = 2.
  const encodings = [5, 0, 0, 5 * Math.LN2];
  const expected = [4, 3, 8, 7].map((value) => expect.closeTo(value, 5));
  expect(decode(center, encodings, [4, 5, 4, 2])).toEqual(expected);
  const same = { ...center, anchors: 'corners' } as const;
  expect(decode(same, encodings, [2, 4, 6, 6])).toEqual(expected);
});

test('an encoding of zeros gives the anchor, for every image', () => {
  const anchor = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 1000 })));
  fc.assert(
    fc.property(fc.array(anchor, { minLength: 1, maxLength: 5 }), (anchors) => {
      const zeros = Array<number>(anchors.length * 8).fill(0);
      const boxes = anchors.flatMap(([y, x, h, w]) => [y - h / 2, x - w / 2, y + h / 2, x + w / 2]);
      expect(decode(center, zeros, anchors.flat())).toEqual([...boxes, ...boxes]);
      const ordered = anchors.map(([y, x, h, w]) => [y, x, y + h, x + w]).flat();
      expect(decode(corners, zeros, ordered)).toEqual([...ordered, ...ordered]);
    }),
  );
});

test('refuses what does not fit', () => {
  const infer =
    (encodings: readonly number[], anchors: readonly number[], attributes: DecodeBoxesAttributes = center) =>
    () =>
      decodeBoxes.inferShape({
        name: 'd',
        attributes,
        inputs: [encodings, anchors].map((shape) => ({ ...float32, shape })),
        constants: [],
      });
  expect(infer([1, 5, 4], [5, 4])()).toEqual([[1, 5, 4]]);
  expect(infer([1, 5, 4], [6, 4])).toThrow('decode-boxes "d": encodings [1, 5, 4] and anchors [6, 4] do not fit.');
  expect(infer([1, 5, 3], [5, 4])).toThrow(/do not fit/);
  expect(infer([5, 4], [5, 4])).toThrow(/do not fit/);
  expect(infer([1, 5, 4], [5, 4], { ...center, scales: [1, 1, 0, 1] })).toThrow(/scales \[1, 1, 0, 1\] are not four/);
});
