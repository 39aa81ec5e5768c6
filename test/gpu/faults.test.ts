import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../src/errors.ts';
import { openDevice } from '../../src/gpu/open-device.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { selfTest } from '../../src/runtime/self-test.ts';
import { createSession } from '../../src/runtime/session.ts';
import { codesInput, convolutionChain } from '../support/small-graphs.ts';

const graph = convolutionChain({ layers: 2, size: 4, channels: 1024 });

describe('validation errors', () => {
  test('of a step name its node and op', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const made: GPUBuffer[] = [];
    const { gpuDevice } = device;
    const createBuffer = gpuDevice.createBuffer.bind(gpuDevice);
    gpuDevice.createBuffer = (descriptor): GPUBuffer => {
      const buffer = createBuffer(descriptor);
      made.push(buffer);
      return buffer;
    };
    using session = await createSession(device, graph);
    const x = codesInput(graph, 1);
    await session.run({ x });
    // Behind the library's back, so that the driver has something to refuse.
    made.find(({ label }) => label === 'convolution1/depthwise-conv2d/weights')!.destroy();
    const run = session.run({ x });
    await expect(run).rejects.toBeInstanceOf(DeviceError);
    await expect(run).rejects.toMatchObject({ reason: 'validation' });
    await expect(run).rejects.toThrow(/^depthwise-conv2d "convolution1": .*destroyed/s);
    // The device itself is as good as before.
    made.length = 0;
    using other = await createSession(device, convolutionChain({ layers: 1, size: 4, channels: 8 }));
    await other.warmUp();
  });

  test('of an input name it', async () => {
    using device = await openDevice({ engine: 'scalar' });
    using session = await createSession(device, graph);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const buffer = device.gpuDevice.createBuffer({ label: 'mine', size: 4 * 4 * 1024, usage });
    await session.run({ x: buffer });
    buffer.destroy();
    await expect(session.run({ x: buffer })).rejects.toThrow(/session:chain#\d+: inputs: .*mine.*destroyed/s);
    const foreign = await openDevice({ engine: 'scalar' });
    const elsewhere = foreign.gpuDevice.createBuffer({ label: 'elsewhere', size: 4 * 4 * 1024, usage });
    await expect(session.run({ x: elsewhere })).rejects.toBeInstanceOf(DeviceError);
    foreign.destroy();
    await session.warmUp();
  });
});

describe('uploads', () => {
  test('that the driver refuses fail the session they belong to, and no other', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const x = codesInput(graph, 1);
    using neighbour = await createSession(device, convolutionChain({ layers: 1, size: 4, channels: 8 }));
    const { queue } = device.gpuDevice;
    const writeBuffer = queue.writeBuffer.bind(queue);
    let isRefusing = true;
    queue.writeBuffer = (buffer: GPUBuffer, ...rest: [number, ...never[]]): undefined => {
      const isWeights = buffer.label.endsWith('convolution1/depthwise-conv2d/weights');
      // Behind its end, which validation refuses.
      writeBuffer(buffer, isRefusing && isWeights ? buffer.size : rest[0], ...(rest.slice(1) as [never]));
    };
    const before = device.memory();
    await expect(createSession(device, graph)).rejects.toThrow(/uploading "convolution1\/depthwise-conv2d\/weights"/);
    expect(device.memory().totalBytes).toBe(before.totalBytes);
    await neighbour.warmUp();
    isRefusing = false;
    using session = await createSession(device, graph);
    expect((await session.run({ x })).y.data).toEqual(runReference(graph, { x }, 'float').get('y')!.data);
  });
});

describe('limits', () => {
  test('caps that do not exist are refused, and images larger than a texture', async () => {
    await expect(openDevice({ engine: 'scalar', limits: { maxFoo: 1 } })).rejects.toThrow(/limits.maxFoo = 1 is no/);
    using device = await openDevice({ engine: 'scalar', limits: { maxBufferSize: 2 ** 20 } });
    expect(device.capabilities.limits.maxBufferSize).toBe(2 ** 20);
    const width = device.capabilities.limits.maxTextureDimension2D + 3;
    const wide = device.createTexture({
      label: 'wide',
      owner: 'test',
      purpose: 'image',
      width,
      height: 1,
      format: 'rgba8unorm',
      usage: GPUTextureUsage.COPY_SRC,
    });
    await expect(wide).rejects.toMatchObject({ reason: 'limit' });
    await expect(wide).rejects.toThrow(/maxTextureDimension2D of \d+ by 3/);
  });
});

describe('the caller’s own errors', () => {
  test('come back as they are', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const onProgress = (): void => {
      throw new Error('my own bug');
    };
    await expect(createSession(device, graph, { onProgress })).rejects.toThrow(/^my own bug$/);
    await expect(selfTest(device, { families: ['typo'] })).rejects.toThrow(/no family is called typo/);
    expect(device.memory().totalBytes).toBe(0);
  });
});

describe('AbortSignal', () => {
  test('ends a run that the GPU is working on, at once, and spares the others', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const slow = convolutionChain({ layers: 40, size: 64, channels: 64 });
    using session = await createSession(device, slow, { maxInFlight: 2 });
    const x = codesInput(slow, 1);
    const expected = (await session.run({ x })).y.data;
    const controller = new AbortController();
    const order: string[] = [];
    const aborted = session.run({ x }, { signal: controller.signal }).finally(() => order.push('aborted'));
    const other = session.run({ x }).finally(() => order.push('other'));
    // By then it is submitted.
    await device.guard('wait', () => undefined);
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    expect((await other).y.data).toEqual(expected);
    expect(order).toEqual(['aborted', 'other']);
    // Its buffer went back: two runs at once still find room.
    const [first, second] = await Promise.all([session.run({ x }), session.run({ x })]);
    expect(first.y.data).toEqual(expected);
    expect(second.y.data).toEqual(expected);
  });

  test('is left as it was by a session that was made and run', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...call: Parameters<typeof add>): void => {
      listeners++;
      add(...call);
    };
    signal.removeEventListener = (...call: Parameters<typeof remove>): void => {
      listeners--;
      remove(...call);
    };
    using session = await createSession(device, graph, { signal });
    await session.run({ x: codesInput(graph, 1) }, { signal });
    await session.profile({ x: codesInput(graph, 1) }, { signal, runs: 1 });
    expect(listeners).toBe(0);
  });

  test('ends opening, loading, calibrating and timing', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openDevice({ signal })).rejects.toThrow('enough');
    using device = await openDevice({ engine: 'scalar' });
    await expect(createSession(device, graph, { signal })).rejects.toThrow('enough');
    const held = device.memory().totalBytes;
    const controller = new AbortController();
    const loading = createSession(device, graph, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('in the middle')),
    });
    await expect(loading).rejects.toThrow('in the middle');
    expect(device.memory().totalBytes).toBe(held);
    using session = await createSession(device, graph);
    const x = codesInput(graph, 1);
    await expect(session.profile({ x }, { signal })).rejects.toThrow('enough');
    await expect(session.warmUp({ signal })).rejects.toThrow('enough');
    await expect(session.layers({ x }, { signal }).next()).rejects.toThrow('enough');
    await session.run({ x });
  });
});
