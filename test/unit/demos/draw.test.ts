import { expect, test } from 'vitest';
import { drawDigits } from '../../../demos/digits/draw.ts';

test('a seed always draws the same digits, whatever their number', () => {
  const few = drawDigits(20, 7);
  const many = drawDigits(40, 7);
  expect(many.images.subarray(0, few.images.length)).toEqual(few.images);
  expect(drawDigits(20, 8).images).not.toEqual(few.images);
});

test('labels go round, and no two images of a digit are equal', () => {
  const { images, labels } = drawDigits(30, 1);
  expect([...labels.subarray(8, 13)]).toEqual([8, 9, 0, 1, 2]);
  const image = (index: number): Float32Array => images.subarray(index * 784, (index + 1) * 784);
  for (let digit = 0; digit < 10; digit++) expect(image(digit)).not.toEqual(image(digit + 10));
});

test('brightness is 0 to 1, with ink in the middle and little at the border', () => {
  const { images, count } = drawDigits(500, 2);
  expect(images.every((value) => value >= 0 && value <= 1)).toBe(true);
  let [middle, border] = [0, 0];
  images.forEach((value, index) => {
    const [x, y] = [index % 28, Math.floor(index / 28) % 28];
    if (x >= 9 && x < 19 && y >= 9 && y < 19) middle += value / (100 * count);
    if (x === 0 || y === 0 || x === 27 || y === 27) border += value / (108 * count);
  });
  expect(middle).toBeGreaterThan(0.25);
  expect(border).toBeLessThan(0.15);
});
