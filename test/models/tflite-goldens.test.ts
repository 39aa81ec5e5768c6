import { expect, test } from 'vitest';
import { withBatch } from '../../src/graph/propagate-shapes.ts';
import type { Rounding } from '../../src/tensor/requantize.ts';
import { createSession } from '../../src/runtime/session.ts';
import { deviceBytes } from '../../src/tensor/quads.ts';
import { argmax, compareCodes, relativeError } from '../support/compare.ts';
import { testDevice } from '../support/device.ts';
import { heldBytes } from '../support/held-bytes.ts';
import { describeGoldens, loadGolden } from '../support/goldens.ts';
import { isUnnamed } from '../support/lane.ts';

const int8Models =
  /^(mobilenet_|tf2_mobilenet_v2|pretrainedResnet(_large)?_(quant|int8)|kws_ref_model|vww_96_int8|ad01_int8|conv_fc_mnist_srq)/;
const floatModels =
  /^(pretrainedResnet|pretrainedResnet_large_float|kws_float32|vww_96_float|ad01_fp32|conv_fc_mnist)\./;

/** TFLite's reference and optimized softmax kernels differ by up to 19 of 256 on these models. */
const softmaxSteps = 20;
const logitSteps = 3;

describeGoldens('int8 models in the default rounding', int8Models, (name) => {
  test(`${name}: same top-1, small differences`, async () => {
    const { graph, inputs, outputs, nodes } = loadGolden(name);
    using session = await createSession(await testDevice(), graph);
    const results = await session.run(inputs);
    const softmax = graph.nodes.find(({ op }) => op === 'softmax');
    for (const [output, expected] of Object.entries(outputs)) {
      const { maxDifference } = compareCodes(results[output].data, expected.data);
      expect(maxDifference, output).toBeLessThanOrEqual(softmax ? softmaxSteps : logitSteps);
      if (softmax) expect(argmax(results[output].data)).toBe(argmax(expected.data));
    }
    // What enters the softmax is no output; files with every operator's output have it.
    const logits = nodes.find(({ value }) => value === softmax?.inputs[0]);
    if (logits === undefined) return;
    for await (const layer of session.layers(inputs)) {
      if (layer.output !== logits.value) continue;
      const { maxDifference } = compareCodes((await layer.read()).data, logits.tensor.data);
      expect(maxDifference, `before the softmax: ${layer.output}`).toBeLessThanOrEqual(logitSteps);
    }
  });
});

/**
 * The oracle's convolutions round twice. Its fully connected layers round once: the autoencoder, ten of them in a row,
 * equals `tflite-single` (and `float`) in all 640 outputs, and `tflite-double` in 395. Elsewhere fully connected layers
 * have too few outputs to tell the modes apart.
 */
function oracleRounding(name: string): Rounding {
  return name.startsWith('ad01_int8') ? 'tflite-single' : 'tflite-double';
}

describeGoldens('int8 models in the oracle’s own rounding', int8Models, (name) => {
  for (const fusion of [false, true]) {
    test(`${name}: every intermediate byte for byte, fusion ${fusion ? 'on' : 'off'}`, async () => {
      const { graph, inputs, outputs, nodes } = loadGolden(name);
      // A device that does not name itself would bake the constants of each layer into shaders of its own, twice.
      const sharePipelines = isUnnamed ? true : undefined;
      const options = { rounding: oracleRounding(name), fusion, sharePipelines };
      using session = await createSession(await testDevice(), graph, options);
      let compared = 0;
      for await (const layer of session.layers(inputs)) {
        const node = nodes.find(({ value }) => value === layer.output);
        if (node === undefined) continue;
        compared++;
        const { maxDifference, mismatches } = compareCodes((await layer.read()).data, node.tensor.data);
        // TFLite computes these two with fixed-point approximations that this library does not imitate.
        const allowed = node.operator === 'SOFTMAX' || node.operator === 'MEAN' ? 1 : 0;
        expect(maxDifference, `${node.operator} ${layer.output}: ${mismatches} differ`).toBeLessThanOrEqual(allowed);
      }
      if (!fusion) expect(compared).toBe(nodes.length);
      const results = await session.run(inputs);
      for (const [output, expected] of Object.entries(outputs)) {
        const { maxDifference } = compareCodes(results[output].data, expected.data);
        const isExact = graph.nodes.every(({ op }) => op !== 'softmax' && op !== 'mean');
        expect(maxDifference, output).toBeLessThanOrEqual(isExact ? 0 : 1);
      }
    });
  }
});

/** Of float, int8 and layers that quantize their input at run time; the oracle's arithmetic in all of them. */
describeGoldens('models of several number types', /^partly_quantized_mnist\./, (name) => {
  test(`${name}: every output within 1e-5 of itself`, async () => {
    const { graph, inputs, outputs } = loadGolden(name);
    expect(graph.nodes.map(({ op }) => op)).toContain('dynamic-quantize');
    using session = await createSession(await testDevice(), graph, { rounding: 'tflite-single' });
    const results = await session.run(inputs);
    for (const [output, expected] of Object.entries(outputs)) {
      for (const [index, value] of expected.data.entries()) {
        expect(Math.abs(results[output].data[index] - value), `${output}[${index}]`).toBeLessThanOrEqual(1e-5 * value);
      }
    }
  });

  test(`${name}: each of a batch as by itself`, async () => {
    const { graph, inputs, outputs } = loadGolden(name);
    const [[input, { data, shape }]] = Object.entries(inputs);
    // The others have ranges of their own.
    const three = [1, 0.25, 3].flatMap((factor) => Array.from(data, (value) => value * factor));
    const batch = { dtype: 'float32', shape: [3, ...shape.slice(1)], data: Float32Array.from(three) } as const;
    using session = await createSession(await testDevice(), withBatch(graph, 3), { rounding: 'tflite-single' });
    const results = await session.run({ [input]: batch });
    for (const [output, expected] of Object.entries(outputs)) {
      const first = results[output].data.subarray(0, expected.data.length);
      expect(relativeError(first, expected.data), output).toBeLessThanOrEqual(1e-5);
    }
  });
});

describeGoldens('float models', floatModels, (name) => {
  test(`${name}: relative error at most 1e-4`, async () => {
    const { graph, inputs, outputs } = loadGolden(name);
    using session = await createSession(await testDevice(), graph);
    const results = await session.run(inputs);
    for (const [output, expected] of Object.entries(outputs)) {
      expect(relativeError(results[output].data, expected.data), output).toBeLessThanOrEqual(1e-4);
    }
  });
});

/** Rounding to 11 bits after each of a dozen layers, the weights among them. */
const float16Error = 5e-3;

describeGoldens('float models stored as float16', /^(kws_float32|vww_96_float)\./, (name) => {
  test(`${name}: same top-1, probabilities close, half the bytes`, async () => {
    const { graph, inputs, outputs } = loadGolden(name);
    const bytes: { activations: number; weights: number }[] = [];
    for (const storage of ['float32', 'float16'] as const) {
      using session = await createSession(await testDevice(), graph, { storage });
      const results = await session.run(inputs);
      for (const [output, expected] of Object.entries(outputs)) {
        expect(argmax(results[output].data)).toBe(argmax(expected.data));
        if (storage === 'float16') {
          expect(relativeError(results[output].data, expected.data)).toBeLessThan(float16Error);
        }
      }
      bytes.push(heldBytes(session, graph.name));
    }
    const [whole, half] = bytes;
    // What the caller gives stays float32.
    const given = graph.inputs.reduce((sum, input) => sum + deviceBytes('float32', graph.values[input].shape), 0);
    expect(half.activations).toBeLessThanOrEqual(given + (whole.activations - given) / 2);
    // So do biases.
    expect(half.weights).toBeLessThan(0.55 * whole.weights);
  });
});
