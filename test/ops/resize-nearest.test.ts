import { expect, test } from 'vitest';
import { nearestIndices, nearestRoundings, resizeCoordinates } from '../../src/ops/lib/resize-coordinates.ts';
import { resizeNearest } from '../../src/ops/resize-nearest.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const sizes = [
  { shape: [1, 1, 1, 1], size: [3, 2] },
  { shape: [2, 3, 4, 5], size: [6, 8] },
  { shape: [1, 8, 6, 4], size: [4, 3] },
  { shape: [1, 5, 7, 9], size: [11, 13] },
] as const;

testOp(
  resizeNearest,
  [float32, int8(0.05, 3), uint8(0.05, 131), { dtype: 'int32' as const }].flatMap((type) =>
    resizeCoordinates.flatMap((coordinates, index) =>
      sizes.map(({ shape, size }) => ({
        name: `${type.dtype} ${coordinates} [${shape.join(', ')}] to [${size.join(', ')}]`,
        attributes: { size, coordinates, rounding: nearestRoundings[index] },
        inputs: [{ ...type, shape }],
        outputs: [type],
        roundings: ['float' as const],
      })),
    ),
  ),
);

// The examples of the ONNX specification of Resize.
test('known indices', () => {
  expect(nearestIndices(2, 4, 'half-pixel', 'round-prefer-floor')).toEqual([0, 0, 1, 1]);
  expect(nearestIndices(2, 6, 'half-pixel', 'round-prefer-floor')).toEqual([0, 0, 0, 1, 1, 1]);
  expect(nearestIndices(4, 8, 'align-corners', 'floor')).toEqual([0, 0, 0, 1, 1, 2, 2, 3]);
  expect(nearestIndices(4, 8, 'half-pixel', 'round-prefer-ceil')).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  expect(nearestIndices(4, 8, 'half-pixel', 'ceil')).toEqual([0, 1, 1, 2, 2, 3, 3, 3]);
  expect(nearestIndices(4, 2, 'asymmetric', 'floor')).toEqual([0, 2]);
});
