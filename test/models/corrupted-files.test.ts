import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tfliteGraph } from '../../src/formats/tflite/index.ts';
import { inspectGraph } from '../../src/runtime/inspect-graph.ts';
import { attempt } from '../support/corrupted-load.ts';
import { corrupt, observeReads, targetOf } from '../support/corruption.ts';
import { sharedPath } from '../support/shared.ts';

// A slice of the soak (test/soak/corrupted-files.test.ts), with kernels for the specification's default limits.

const hasModels = sharedPath('models') !== null;

test.skipIf(!hasModels).each([
  ['hand-gesture/keypoint_classifier.tflite', 140],
  ['mlperf-tiny/kws_ref_model.tflite', 60],
])('%s: %i damaged files are refused with an error of this library, or load', (path, cases) => {
  const file = readFileSync(sharedPath('models', path)!);
  const target = targetOf(file, observeReads(file, tfliteGraph));
  const outcomes = new Set<string>();
  for (let seed = 0; seed < cases; seed++) {
    const { error } = attempt(target, seed, (bytes) => inspectGraph(tfliteGraph(bytes)));
    outcomes.add(error?.name ?? 'read');
    // What is not refused as damaged can be looked at, too.
    attempt(target, seed, (bytes) => inspectGraph(tfliteGraph(bytes, { keepsUnsupported: true })));
  }
  // The damage is neither too little to be noticed nor too much to let anything through.
  expect(outcomes).toContain('FormatError');
  expect(outcomes).toContain('read');
});

test('a seed damages a file always in the same way', () => {
  const target = targetOf(Uint8Array.from({ length: 1000 }, (_, index) => index));
  const damaged = Array.from({ length: 200 }, (_, seed) => corrupt(target, seed));
  expect(Array.from({ length: 200 }, (_, seed) => corrupt(target, seed))).toEqual(damaged);
  expect(new Set(damaged.map(({ kind }) => kind)).size).toBe(11);
});

test('what the watch is for does not go unnoticed', () => {
  const target = targetOf(new Uint8Array(100));
  const broken = (): never => {
    throw new TypeError('of undefined');
  };
  expect(() => attempt(target, 0, broken)).toThrow(/none of the library's errors: TypeError: of undefined/);
  expect(() => attempt(target, 0, () => new Uint8Array(3e8).fill(1).length)).toThrow(/took 30\d\.\d MB for a file/);
});
