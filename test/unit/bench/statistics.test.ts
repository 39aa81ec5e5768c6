import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantile, summarize } from '../../../bench/measure/statistics.ts';

test('quartiles of samples in any order', () => {
  expect(summarize([5, 1, 4, 2, 3])).toEqual({ median: 3, lower: 2, upper: 4, least: 1, count: 5 });
});

test('between two samples a quantile is interpolated', () => {
  expect(summarize([10, 20, 40, 30])).toEqual({ median: 25, lower: 17.5, upper: 32.5, least: 10, count: 4 });
  expect(quantile([1, 2], 0.1)).toBeCloseTo(1.1, 12);
});

test('one sample is every quantile', () => {
  expect(summarize([7])).toEqual({ median: 7, lower: 7, upper: 7, least: 7, count: 1 });
});

test('half of the samples are on either side of the median', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (samples) => {
      const { median } = summarize(samples);
      const half = samples.length / 2;
      expect(samples.filter((sample) => sample <= median).length).toBeGreaterThanOrEqual(half);
      expect(samples.filter((sample) => sample >= median).length).toBeGreaterThanOrEqual(half);
    }),
  );
});
