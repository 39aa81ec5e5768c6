import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../src/graph/graph.ts';
import { createSession } from '../../src/runtime/session.ts';
import { allocateData, codeRange, type TensorData } from '../../src/tensor/dtype.ts';
import { dequantizeValue, quantizeValue } from '../../src/tensor/quantization.ts';
import type { TensorType } from '../../src/tensor/tensor.ts';
import { argmax } from '../support/compare.ts';
import { testDevice } from '../support/device.ts';
import { loadModel } from '../support/goldens.ts';
import { sharedPath } from '../support/shared.ts';

const models = sharedPath('models', 'mlperf-tiny');
const cifar = sharedPath('data', 'cifar10');

/** Real numbers as the model's input type: themselves for float32, codes for int8. */
function encode(type: TensorType, reals: ArrayLike<number>): TensorData {
  const data = allocateData(type.dtype, reals.length);
  for (let i = 0; i < reals.length; i++) data[i] = type.quantization ? quantize(type, reals[i]) : reals[i];
  return data;
}

function quantize({ dtype, quantization }: TensorType, real: number): number {
  const [low, high] = codeRange(dtype as 'int8' | 'uint8');
  return quantizeValue(real, quantization!.scales[0], quantization!.zeroPoints[0], low, high);
}

function decode({ quantization }: TensorType, value: number): number {
  return quantization ? dequantizeValue(value, quantization.scales[0], quantization.zeroPoints[0]) : value;
}

/** Mean over 196 windows of the mean squared error between an autoencoder's input and its output. */
async function reconstructionError(graph: Graph): Promise<number> {
  const bytes = readFileSync(sharedPath('models', 'mlperf-tiny', 'normal_id_01_00000000_hist_librosa.bin')!);
  const frames = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const width = 640;
  const windows = Array.from({ length: 196 }, (_, index) => frames.subarray(index * 128, index * 128 + width));
  using session = await createSession(await testDevice(), graph, { batch: windows.length });
  const [input, output] = [graph.inputs[0], graph.outputs[0]];
  const reals = new Float32Array(windows.length * width);
  windows.forEach((window, index) => reals.set(window, index * width));
  const result = (await session.run({ [input]: encode(graph.values[input], reals) }))[output];
  let sum = 0;
  for (let i = 0; i < reals.length; i++) sum += (reals[i] - decode(result, result.data[i])) ** 2;
  return sum / reals.length;
}

describe.skipIf(models === null)('anomaly detection autoencoder', () => {
  // Published by MLPerf Tiny for this clip; TensorFlow Lite measured 9.7071 and 10.2652.
  test('float: mean squared error 9.707', async () => {
    expect(Math.abs((await reconstructionError(loadModel('mlperf-tiny/ad01_fp32.tflite'))) - 9.70711)).toBeLessThan(
      0.02,
    );
  });
  test('int8: mean squared error 10.26', async () => {
    expect(Math.abs((await reconstructionError(loadModel('mlperf-tiny/ad01_int8.tflite'))) - 10.2603)).toBeLessThan(
      0.02,
    );
  });
});

/** Percentage of the 4,000 images whose class the model names. */
async function cifarAccuracy(graph: Graph): Promise<number> {
  const labels = readFileSync(sharedPath('data', 'cifar10', 'cifar10_batch_0-3.labels.u8')!);
  const batch = 100;
  const pixels = 1024 * 3;
  using session = await createSession(await testDevice(), graph, { batch });
  const [input, output] = [graph.inputs[0], graph.outputs[0]];
  let right = 0;
  for (let file = 0; file < 4; file++) {
    const png = sharedPath('data', 'cifar10', `cifar10_batch_${file}.png`)!;
    const { data } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const runs = Array.from({ length: 1000 / batch }, async (_, index) => {
      const images = data.subarray(index * batch * pixels, (index + 1) * batch * pixels);
      const result = (await session.run({ [input]: encode(graph.values[input], images) }))[output];
      for (let item = 0; item < batch; item++) {
        const scores = result.data.subarray(item * 10, (item + 1) * 10);
        if (argmax(scores) === labels[file * 1000 + index * batch + item]) right++;
      }
    });
    await Promise.all(runs);
  }
  return (right / 4000) * 100;
}

describe.skipIf(cifar === null)('ResNet8 on 4,000 CIFAR-10 images', () => {
  test('float: 92.98 %', { timeout: 600_000 }, async () => {
    expect(await cifarAccuracy(loadModel('mlperf-tiny/pretrainedResnet.tflite'))).toBeCloseTo(92.98, 1);
  });
  test('int8: 92.70 % within 0.1', { timeout: 600_000 }, async () => {
    expect(
      Math.abs((await cifarAccuracy(loadModel('mlperf-tiny/pretrainedResnet_quant.tflite'))) - 92.7),
    ).toBeLessThanOrEqual(0.1);
  });
});
