import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { tfliteGraph } from '../../src/formats/tflite/index.ts';
import { nextStates } from '../../src/graph/states.ts';
import { createSession } from '../../src/runtime/session.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { compareCodes, relativeError } from '../support/compare.ts';
import { testDevice } from '../support/device.ts';
import { isThorough } from '../support/lane.ts';
import { oracleModels } from '../support/oracle-models.ts';

// Small networks as they are published, and recurrent operators along streams, beside TensorFlow Lite itself: LiteRT.js for
// what it takes, with XNNPACK's kernels and its own, and an older build for what keeps a state.

const file = path.resolve(import.meta.dirname, '../goldens/tflite.safetensors');
const { tensors, metadata } = readSafetensors(readFileSync(file));

/** Rounding errors of float32 sums, through a dozen layers. */
const floatError = 2e-6;

/**
 * Models whose codes may differ, by how many, and why. In all others every code is the same, in the rounding of XNNPACK,
 * which is that of `tflite-single` and of `float` but for halves.
 */
const otherCodes: Readonly<Record<string, readonly [codes: number, reason: string]>> = {
  'super-resolution, int8': [1, 'XNNPACK resizes with finer weights than the reference kernel of TensorFlow Lite'],
  'segmentation, int8': [2, 'the same, twice'],
  'YOLO, int8': [1, 'XNNPACK changes the scale of codes with 8 bits after the point'],
  'YOLOv8, int8': [1, 'the same'],
  'U-Net, int8': [1, 'the same'],
  'face mesh, int8': [1, 'PRELU is no kernel of XNNPACK there, and rounds twice'],
  'SVDF, int8': [1, 'computed in float32 between input and output'],
};

/** Of labels, which may be others where two classes are almost alike. */
const sameLabels = 0.99;

/** Operators with int8 weights whose inputs, or states, TensorFlow Lite quantizes in ways that this library does not. */
const coarse: Readonly<Record<string, number>> = {
  'LSTM with int8 weights, asymmetric inputs': 0.01,
  'recurrence with int8 weights': 0.01,
  // A state within rounding errors of the middle between two codes may become either.
  'LSTM with int8 weights': 1e-3,
  'LSTM with int8 weights and more': 1e-3,
  'LSTM in both directions with int8 weights': 1e-3,
};

describe(`as ${metadata['oracles']}`, () => {
  // All of them where every kernel runs, elsewhere some.
  const models = Object.entries(oracleModels).filter((_, index) => isThorough || index % 5 === 0);
  test.each(models)('%s', async (name, make) => {
    const { bytes, runs } = make();
    const hash = createHash('sha256').update(bytes).digest('hex');
    expect(hash, 'the model has changed: node scripts/litert.mjs goldens').toBe(metadata[`sha256:${name}`]);
    const graph = tfliteGraph(bytes);
    using session = await createSession(await testDevice(), graph, { rounding: 'tflite-single' });
    let states: Record<string, Tensor> = {};
    for (const [run, inputs] of runs.entries()) {
      const given = Object.fromEntries(inputs.map((data, index) => [graph.inputs[index], data] as const));
      const results = await session.run({ ...given, ...states });
      states = nextStates(graph, results);
      const outputs = graph.outputs.slice(0, graph.outputs.length - Object.keys(states).length || undefined);
      for (const [index, output] of outputs.entries()) {
        const expected = tensors.get(`${name}:${run}:${index}`)!;
        const { dtype, data } = results[output];
        expect(results[output].shape, output).toEqual(expected.shape);
        if (dtype === 'float32') {
          expect(relativeError(data, expected.data), output).toBeLessThan(coarse[name] ?? floatError);
          continue;
        }
        const { maxDifference, mismatches } = compareCodes(data, expected.data);
        const [allowed] = otherCodes[name] ?? [0];
        if (dtype === 'int8') expect(maxDifference, output).toBeLessThanOrEqual(allowed);
        else expect(mismatches, output).toBeLessThanOrEqual(allowed === 0 ? 0 : (1 - sameLabels) * data.length);
      }
    }
  });
});
