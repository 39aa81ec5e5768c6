import { expect, test } from 'vitest';
import { type Peaks, roofsFor } from '../../../bench/measure/peaks.ts';
import { bound, roofline } from '../../../bench/measure/roofline.ts';

const roofs = { operationsPerSecond: 1e12, bytesPerSecond: 1e11, launchSeconds: 1e-6 };

test('what takes longest at the peaks is the bound', () => {
  expect(bound({ operations: 1e9, bytes: 1e6 }, 1, roofs)).toEqual({ bound: 'arithmetic', seconds: 1e-3 });
  expect(bound({ operations: 1e6, bytes: 1e7 }, 1, roofs)).toEqual({ bound: 'memory', seconds: 1e-4 });
  expect(bound({ operations: 1e3, bytes: 1e3 }, 3, roofs)).toEqual({ bound: 'launch', seconds: 3e-6 });
});

test('fractions are of the measured time', () => {
  const result = roofline({ operations: 1e9, bytes: 1e7 }, 1, 4e-3, roofs);
  expect(result.bound).toBe('arithmetic');
  expect(result.boundSeconds).toBeCloseTo(1e-3, 12);
  expect(result.fraction).toBeCloseTo(0.25, 12);
  expect(result.arithmeticFraction).toBeCloseTo(0.25, 12);
  expect(result.memoryFraction).toBeCloseTo(0.025, 12);
});

const peaks: Peaks = {
  float32OperationsPerSecond: 50,
  int8OperationsPerSecond: { dp4a: 100, scalar: 25 },
  memory: [
    { workingSetBytes: 100, copyBytesPerSecond: 9, readBytesPerSecond: 12 },
    { workingSetBytes: 400, copyBytesPerSecond: 6, readBytesPerSecond: 5 },
    { workingSetBytes: 1600, copyBytesPerSecond: 7 },
  ],
  bufferCopyBytesPerSecond: 8,
  launchSeconds: 0.5,
  independentLaunchSeconds: 0.25,
  encodeSeconds: 0.1,
  submissionSeconds: 0.1,
  roundTripSeconds: 1,
  uploadBytesPerSecond: 3,
};

test('memory is as fast as the best set that is not smaller than the work', () => {
  const speeds = [1, 100, 101, 400, 1600, 9999].map((bytes) => roofsFor(peaks, [], bytes).bytesPerSecond);
  expect(speeds).toEqual([12, 12, 7, 7, 7, 7]);
});

test('arithmetic is that of the engine, and without one float32', () => {
  expect(roofsFor(peaks, ['dp4a'], 1).operationsPerSecond).toBe(100);
  expect(roofsFor(peaks, [], 1).operationsPerSecond).toBe(50);
  expect(roofsFor(peaks, ['dp4a', 'scalar'], 1).operationsPerSecond, 'a shader that both share').toBe(25);
});
