import { expect, test } from 'vitest';
import { isClassification, isDistribution, topClasses } from '../../../src/cli/classify.ts';
import { perTensor } from '../../../src/tensor/quantization.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';

const scores: Tensor = {
  dtype: 'uint8',
  shape: [1, 4],
  quantization: perTensor(1 / 256, 0),
  data: Uint8Array.of(10, 100, 36, 100),
};

test('the highest real numbers, the lower index first of equals', () => {
  expect(topClasses(scores, 3, ['a', 'b', 'c'])).toEqual([
    { index: 1, label: 'b', score: 100 / 256 },
    { index: 3, score: 100 / 256 },
    { index: 2, label: 'c', score: 36 / 256 },
  ]);
  expect(topClasses(scores, 10, undefined)).toHaveLength(4);
});

test('what is a classification, and what probabilities', () => {
  expect(isClassification(scores)).toBe(true);
  expect(isClassification({ ...scores, shape: [2, 2] })).toBe(false);
  expect(isClassification({ ...scores, shape: [4, 1] })).toBe(false);
  expect(isDistribution(scores)).toBe(true);
  expect(isDistribution({ ...scores, quantization: perTensor(1 / 128, 0) })).toBe(false);
  expect(isDistribution({ ...scores, quantization: perTensor(1 / 256, 20) })).toBe(false);
  // Of a thousand classes most are rounded to nothing.
  const many = Uint8Array.from({ length: 1001 }, (_, index) => (index === 285 ? 158 : 0));
  expect(isDistribution({ ...scores, shape: [1, 1001], data: many })).toBe(true);
});
