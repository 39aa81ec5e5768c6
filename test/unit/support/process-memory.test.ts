import { describe, expect, test } from 'vitest';
import { bytesPerStep, type MemorySample } from '../../support/process-memory.ts';

const samplesOf = (bytes: readonly number[], stride = 1): MemorySample[] =>
  bytes.map((value, index) => ({ steps: (index + 1) * stride, bytes: value }));

describe('growth of memory', () => {
  test('is the slope of the least squares, worked out by hand', () => {
    // After the first quarter: x from −4 to 4 about its mean, Σxy = −4·1 + 1·3 + 2·2 + 3·5 + 4·2 = 26, Σx² = 60.
    const settled = [1, 0, 0, 0, 7, 3, 2, 5, 2];
    expect(bytesPerStep(samplesOf([900, 500, 700, ...settled]))).toBeCloseTo(26 / 60, 12);
    expect(bytesPerStep(samplesOf([900, 500, 700, ...settled], 100))).toBeCloseTo(26 / 6000, 12);
  });

  test('of a leak below the allocator noise is the leak', () => {
    // 1,000 bytes a run under steps of the allocator of 500 kB, both ways.
    const noise = [0, 500_000, 500_000, 0];
    const samples = samplesOf(
      Array.from({ length: 52 }, (_, index) => 2e8 + index * 100_000 + noise[index % 4]),
      100,
    );
    expect(Math.abs(bytesPerStep(samples) - 1000)).toBeLessThan(50);
  });

  test('is nothing where memory rises at first only, and less where it falls', () => {
    expect(bytesPerStep(samplesOf([10, 50, 90, ...Array<number>(9).fill(100)]))).toBe(0);
    expect(bytesPerStep(samplesOf(Array.from({ length: 12 }, (_, index) => 100 - 3 * index)))).toBeCloseTo(-3, 12);
  });

  test('cannot be told from a few samples', () => {
    expect(() => bytesPerStep(samplesOf(Array<number>(11).fill(1)))).toThrow(/11 samples say too little/);
  });
});
