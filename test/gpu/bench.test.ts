import { afterAll, expect, test } from 'vitest';
import { kernelCases } from '../../bench/cases/index.ts';
import { measureKernel } from '../../bench/measure/measure-kernel.ts';
import { measureModel } from '../../bench/measure/measure-model.ts';
import type { Peaks } from '../../bench/measure/peaks.ts';
import { Stopwatch } from '../../bench/measure/stopwatch.ts';
import copy from '../../bench/shaders/copy.wgsl';
import dotProductInt8 from '../../bench/shaders/dot-product-int8.wgsl';
import empty from '../../bench/shaders/empty.wgsl';
import launch from '../../bench/shaders/launch.wgsl';
import multiplyAddFloat from '../../bench/shaders/multiply-add-float.wgsl';
import multiplyAddInt from '../../bench/shaders/multiply-add-int.wgsl';
import read from '../../bench/shaders/read.wgsl';
import { availableEngines } from '../../src/gpu/capabilities.ts';
import { specializeShader } from '../../src/gpu/shader.ts';
import { conv2d } from '../../src/layers/convolution.ts';
import { model } from '../../src/layers/model.ts';
import { input } from '../../src/layers/value.ts';
import { testDevice } from '../support/device.ts';

const device = await testDevice();
const stopwatch = await Stopwatch.create(device);
afterAll(() => stopwatch.destroy());

/** Of a device as simple as can be: the fractions are then the times. */
const peaks: Peaks = {
  float32OperationsPerSecond: 1,
  int8OperationsPerSecond: { scalar: 1 },
  memory: [{ workingSetBytes: 1, copyBytesPerSecond: 1 }],
  bufferCopyBytesPerSecond: 1,
  launchSeconds: 1,
  independentLaunchSeconds: 1,
  encodeSeconds: 1,
  submissionSeconds: 1,
  roundTripSeconds: 1,
  uploadBytesPerSecond: 1,
};
const options = { repeat: 3, engine: 'scalar', chosenOnly: true } as const;

test('a kernel is measured, and nothing stays on the device', async () => {
  const before = device.memory().totalBytes;
  const kernelCase = kernelCases.find(({ name }) => name === 'gemm/int8/64x64x64')!;
  const report = await measureKernel(device, stopwatch, peaks, kernelCase, options);
  expect(report.failed).toEqual([]);
  expect(report.operations).toBe(2 * 64 ** 3);
  expect(report.variants).toHaveLength(1);
  const [{ isChosen, engines, seconds, roofline, operationsPerSecond }] = report.variants;
  expect(isChosen).toBe(true);
  expect(engines).toEqual(['scalar']);
  expect(seconds.count).toBe(options.repeat);
  expect(seconds.median).toBeGreaterThan(0);
  expect(operationsPerSecond).toBe(report.operations / seconds.median);
  expect(roofline.bound).toBe('arithmetic');
  expect(roofline.boundSeconds).toBe(report.operations);
  expect(device.memory().totalBytes).toBe(before);
});

test('a model is measured with its layers, and nothing stays on the device', async () => {
  const before = device.memory().totalBytes;
  const image = input('image', [1, 8, 8, 4]);
  const y = conv2d({ name: 'second', filters: 4, size: 1 })(conv2d({ name: 'first', filters: 8, size: 3 })(image));
  const graph = model({ inputs: [image], outputs: { y } });
  const modelCase = { name: 'model/float32/tiny', multiplyAdds: 0, graph: () => graph };
  const report = await measureModel(device, stopwatch, peaks, modelCase, options);
  expect(report.launches).toBe(2);
  expect(report.operations).toBe(2 * 64 * (9 * 4 * 8 + 8 * 4));
  expect(report.layers.map(({ name }) => name)).toEqual(['first', 'second']);
  const [{ latencySeconds, kernelSeconds, runsPerSecond }] = report.variants;
  for (const value of [latencySeconds.median, kernelSeconds.median, runsPerSecond]) expect(value).toBeGreaterThan(0);
  expect(device.memory().totalBytes).toBe(before);
});

test('the shaders that measure peaks compile', async () => {
  const shaders = {
    copy,
    empty,
    launch,
    read,
    'multiply-add-float': multiplyAddFloat,
    'multiply-add-int': multiplyAddInt,
  };
  const hasDp4a = availableEngines(device.capabilities).includes('dp4a');
  for (const [name, text] of Object.entries({ ...shaders, ...(hasDp4a && { 'dot-product-int8': dotProductInt8 }) })) {
    await expect(device.pipelines.get(specializeShader(name, text)), name).resolves.toBeDefined();
  }
});
