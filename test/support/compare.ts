import type { TensorData } from '../../src/tensor/dtype.ts';

/** Largest difference, and how many values differ at all. */
export function compareCodes(actual: TensorData, expected: TensorData): { maxDifference: number; mismatches: number } {
  if (actual.length !== expected.length) throw new Error(`lengths differ: ${actual.length} and ${expected.length}`);
  let maxDifference = 0;
  let mismatches = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (difference !== 0) mismatches++;
    if (!(difference <= maxDifference)) maxDifference = difference;
  }
  return { maxDifference, mismatches };
}

/** Largest error relative to the largest magnitude of the expected tensor. */
export function relativeError(actual: TensorData, expected: TensorData): number {
  let magnitude = 0;
  for (let i = 0; i < expected.length; i++) magnitude = Math.max(magnitude, Math.abs(expected[i]));
  return compareCodes(actual, expected).maxDifference / magnitude;
}

/** Index of the largest value, the first of equals. */
export function argmax(data: TensorData): number {
  let best = 0;
  for (let i = 1; i < data.length; i++) if (data[i] > data[best]) best = i;
  return best;
}
