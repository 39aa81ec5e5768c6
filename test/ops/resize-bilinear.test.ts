import { expect, test } from 'vitest';
import { resizeBilinear, type ResizeBilinearAttributes } from '../../src/ops/resize-bilinear.ts';
import { resizeCoordinates } from '../../src/ops/lib/resize-coordinates.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const sizes = [
  { shape: [1, 1, 1, 1], size: [3, 2] },
  { shape: [2, 3, 4, 5], size: [6, 8] },
  { shape: [1, 8, 6, 4], size: [4, 3] },
  { shape: [1, 5, 7, 9], size: [11, 13] },
  { shape: [1, 4, 4, 2], size: [1, 1] },
  { shape: [3, 6, 5, 16], size: [6, 5] },
] as const;

testOp(
  resizeBilinear,
  [float32, int8(0.05, 3), uint8(0.05, 131)].flatMap((type) =>
    resizeCoordinates.flatMap((coordinates) =>
      sizes.map(({ shape, size }) => ({
        name: `${type.dtype} ${coordinates} [${shape.join(', ')}] to [${size.join(', ')}]`,
        attributes: { size, coordinates },
        inputs: [{ ...type, shape }],
        outputs: [type],
        // Codes are blended alike in all modes.
        roundings: ['float' as const],
      })),
    ),
  ),
);

function resized(data: number[], shape: number[], attributes: ResizeBilinearAttributes): number[] {
  const input = { ...float32, shape };
  const output = { ...float32, shape: [shape[0], ...attributes.size, shape[3]] };
  const context = {
    name: 'r',
    attributes,
    inputs: [input],
    constants: [undefined],
    outputs: [output],
    rounding: 'float' as const,
  };
  return [...resizeBilinear.reference(context, [{ ...input, data: Float32Array.from(data) }])[0].data];
}

// The examples of the ONNX specification of Resize.
test('known results', () => {
  const square = [1, 2, 3, 4];
  expect(resized(square, [1, 2, 2, 1], { size: [4, 4], coordinates: 'half-pixel' })).toEqual([
    1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4,
  ]);
  const aligned = resized(square, [1, 2, 2, 1], { size: [4, 4], coordinates: 'align-corners' });
  [1, 4 / 3, 5 / 3, 2, 5 / 3, 2, 7 / 3, 8 / 3, 7 / 3, 8 / 3, 3, 10 / 3, 3, 10 / 3, 11 / 3, 4].forEach((value, index) =>
    expect(aligned[index]).toBeCloseTo(value, 6),
  );
  const asymmetric = resized(square, [1, 2, 2, 1], { size: [4, 4], coordinates: 'asymmetric' });
  expect(asymmetric.slice(0, 8)).toEqual([1, 1.5, 2, 2, 2, 2.5, 3, 3]);
  expect(resized([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 1], { size: [1, 1], coordinates: 'pytorch-half-pixel' })).toEqual([
    1,
  ]);
});
