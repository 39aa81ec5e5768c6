import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../src/errors.ts';
import { openDevice } from '../../src/gpu/open-device.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { createSession } from '../../src/runtime/session.ts';
import { codeRange } from '../../src/tensor/dtype.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { emptyTensor, type Tensor } from '../../src/tensor/tensor.ts';
import { loadModel } from '../support/goldens.ts';
import { ProcessMemory } from '../support/process-memory.ts';
import { sharedPath } from '../support/shared.ts';

const model = 'mlperf-tiny/pretrainedResnet_quant.tflite';

/** ResNet8, and the names of its input and output. */
function loadResnet(): { readonly graph: Graph; readonly inputName: string; readonly outputName: string } {
  const graph = loadModel(model);
  return { graph, inputName: graph.inputs[0], outputName: graph.outputs[0] };
}

/** Least growth of the process that is told from its allocator's noise. */
const mostBytesPerRun = 1000;
const mostBytesPerCycle = 20_000;

function randomImage({ values, inputs }: Graph, seed: number): Tensor {
  const tensor = emptyTensor(values[inputs[0]]);
  const random = createRandom(seed);
  const [low] = codeRange(tensor.dtype as 'int8');
  for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = low + random.integer(256);
  return tensor;
}

describe.skipIf(sharedPath('models', model) === null)('ResNet8 for long', () => {
  test('5,000 runs of ResNet8: the same bytes, flat memory', async () => {
    const { graph, inputName, outputName } = loadResnet();
    using device = await openDevice();
    using session = await createSession(device, graph);
    const images = Array.from({ length: 8 }, (_, seed) => randomImage(graph, seed));
    const run = async (index: number): Promise<Tensor['data']> =>
      (await session.run({ [inputName]: images[index % images.length] }))[outputName].data;
    const expected: Tensor['data'][] = [];
    for (const index of images.keys()) expected.push(await run(index));
    const before = device.memory();
    const memory = new ProcessMemory();
    for (let index = 0; index < 5000; index++) {
      expect(await run(index)).toEqual(expected[index % images.length]);
      if (index % 100 === 99) await memory.sample(index + 1);
    }
    console.log(`5,000 runs: process ${memory.toString()}; device ${before.totalBytes} bytes`);
    expect(device.memory()).toEqual(before);
    expect(memory.bytesPerStep()).toBeLessThan(mostBytesPerRun);
  });

  test('300 times open, run, destroy: the same bytes, flat memory', async () => {
    const { graph, inputName, outputName } = loadResnet();
    const image = randomImage(graph, 1);
    const memory = new ProcessMemory();
    let expected: Tensor['data'] | undefined;
    for (let cycle = 0; cycle < 300; cycle++) {
      const device = await openDevice({ engine: 'f32-exact' });
      const session = await createSession(device, graph);
      const { data } = (await session.run({ [inputName]: image }))[outputName];
      expected ??= data;
      expect(data).toEqual(expected);
      // Either order.
      if (cycle % 2 === 0) session.destroy();
      device.destroy();
      session.destroy();
      expect(device.memory().totalBytes).toBe(0);
      if (cycle % 5 === 4) await memory.sample(cycle + 1);
      if (cycle % 100 === 99) console.log(`${cycle + 1} cycles: process ${memory.toString()}`);
    }
    expect(memory.bytesPerStep()).toBeLessThan(mostBytesPerCycle);
  });

  test('50 losses of the device in mid-run: nothing lost, no hang', async () => {
    const { graph, inputName, outputName } = loadResnet();
    using device = await openDevice({ engine: 'f32-exact' });
    using session = await createSession(device, graph, { maxInFlight: 3 });
    const images = Array.from({ length: 6 }, (_, seed) => randomImage(graph, seed));
    const run = async (index: number): Promise<Tensor['data']> =>
      (await session.run({ [inputName]: images[index] }))[outputName].data;
    const expected: Tensor['data'][] = [];
    for (const index of images.keys()) expected.push(await run(index));
    const { totalBytes } = device.memory();
    const random = createRandom(50);
    let rejected = 0;
    let finished = 0;
    for (let loss = 0; loss < 50; loss++) {
      const pending = images.map((_, index) => run(index));
      const settled = Promise.allSettled(pending);
      // At any moment: before anything is submitted, while the GPU works, or when the first results are there.
      await new Promise((resolve) => setTimeout(resolve, random.integer(120)));
      device.gpuDevice.destroy();
      for (const [index, result] of (await settled).entries()) {
        if (result.status === 'fulfilled') {
          expect(result.value).toEqual(expected[index]);
          finished++;
        } else {
          expect(result.reason).toBeInstanceOf(DeviceError);
          expect((result.reason as DeviceError).reason).toBe('lost');
          rejected++;
        }
      }
      const index = loss % images.length;
      expect(await run(index)).toEqual(expected[index]);
      expect(device.memory().totalBytes).toBe(totalBytes);
    }
    console.log(`50 losses: ${rejected} runs rejected as lost, ${finished} had finished before`);
    expect(rejected).toBeGreaterThan(50);
  });

  test('32 runs at once each give their own output', async () => {
    const { graph, inputName, outputName } = loadResnet();
    using device = await openDevice();
    using session = await createSession(device, graph);
    const images = Array.from({ length: 32 }, (_, seed) => randomImage(graph, seed));
    const alone: Tensor['data'][] = [];
    for (const image of images) alone.push((await session.run({ [inputName]: image }))[outputName].data);
    expect(new Set(alone.map((data) => data.join())).size).toBeGreaterThan(8);
    for (let turn = 0; turn < 10; turn++) {
      const together = await Promise.all(images.map((image) => session.run({ [inputName]: image })));
      together.forEach((outputs, index) => expect(outputs[outputName].data).toEqual(alone[index]));
    }
  });
});
