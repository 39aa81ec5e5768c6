import { describe, expect, test, vi } from 'vitest';
import { DeviceError } from '../../src/errors.ts';
import type { Device } from '../../src/gpu/device.ts';
import { openDevice } from '../../src/gpu/open-device.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createPreprocessor } from '../../src/runtime/preprocess.ts';
import { createSession } from '../../src/runtime/session.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { codesInput, convolutionChain } from '../support/small-graphs.ts';

const graph = convolutionChain({ layers: 3, size: 12, channels: 16 });

const expected = (input: Tensor): Tensor['data'] =>
  runReference(graph, { x: input }, 'float').get(graph.outputs[0])!.data;

/** Takes the GPU away: to the library, which did not ask for it, this is a loss like any other. */
function loseGpu(device: Device): void {
  device.gpuDevice.destroy();
}

describe('device loss', () => {
  test('pending runs reject with DeviceError, and the next run gives the same bytes', async () => {
    using device = await openDevice({ engine: 'scalar' });
    using session = await createSession(device, graph, { maxInFlight: 2 });
    const inputs = [0, 1, 2, 3, 4].map((seed) => codesInput(graph, seed));
    const before = (await session.run({ x: inputs[0] })).y.data;
    const pending = inputs.map((x) => session.run({ x }));
    loseGpu(device);
    for (const result of await Promise.allSettled(pending)) {
      expect(result.status).toBe('rejected');
      const error = (result as PromiseRejectedResult).reason as DeviceError;
      expect(error).toBeInstanceOf(DeviceError);
      expect(error.reason).toBe('lost');
      expect(error.message).toMatch(/lost/);
    }
    const after = await session.run({ x: inputs[0] });
    expect(after.y.data).toEqual(before);
    expect(after.y.data).toEqual(expected(inputs[0]));
  });

  test('runs that come at once after a loss share one recovery', async () => {
    using device = await openDevice({ engine: 'scalar' });
    using first = await createSession(device, graph);
    using second = await createSession(device, graph);
    loseGpu(device);
    await device.gpuDevice.lost;
    expect(device.isLost).toBe(true);
    const inputs = [0, 1, 2, 3, 4, 5].map((seed) => codesInput(graph, seed));
    const results = await Promise.all(inputs.map((x, index) => (index % 2 ? first : second).run({ x })));
    results.forEach(({ y }, index) => expect(y.data).toEqual(expected(inputs[index])));
    expect(device.isLost).toBe(false);
  });

  test('what it held is out of the account at once, and in it again once', async () => {
    using device = await openDevice({ engine: 'scalar' });
    using session = await createSession(device, graph);
    await session.warmUp();
    const { totalBytes } = device.memory();
    loseGpu(device);
    await device.gpuDevice.lost;
    expect(device.memory().totalBytes).toBe(0);
    await session.warmUp();
    expect(device.memory().totalBytes).toBe(totalBytes);
    session.destroy();
    expect(device.memory().totalBytes).toBe(0);
  });

  test('a session with manual recovery refuses until it is asked to recover', async () => {
    using device = await openDevice({ engine: 'scalar' });
    using session = await createSession(device, graph, { recovery: 'manual' });
    const x = codesInput(graph, 1);
    let told: DeviceError | undefined;
    device.onLost((error) => (told = error));
    loseGpu(device);
    await expect(session.run({ x })).rejects.toMatchObject({ reason: 'lost' });
    expect(told?.reason).toBe('lost');
    await expect(session.run({ x })).rejects.toMatchObject({ reason: 'lost' });
    await device.recover();
    await expect(session.run({ x })).rejects.toThrow(/Call its recover/);
    await session.recover();
    expect((await session.run({ x })).y.data).toEqual(expected(x));
    await session.recover();
  });

  test('waiting for a recovery can be given up; the recovery goes on', async () => {
    using device = await openDevice({ engine: 'scalar' });
    using session = await createSession(device, graph);
    const x = codesInput(graph, 1);
    loseGpu(device);
    await device.gpuDevice.lost;
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = [session.recover({ signal }), device.recover({ signal }), session.run({ x }, { signal })];
    controller.abort(new Error('enough'));
    for (const outcome of await Promise.allSettled(waiting)) {
      expect((outcome as PromiseRejectedResult).reason).toHaveProperty('message', 'enough');
    }
    await expect(device.recover({ signal })).rejects.toThrow('enough');
    await expect(session.recover({ signal })).rejects.toThrow('enough');
    expect((await session.run({ x })).y.data).toEqual(expected(x));
  });

  test('lost while the first shader compiles, a session is not made, and another is', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const { get } = device.pipelines;
    vi.spyOn(device.pipelines, 'get').mockImplementationOnce((shader) => {
      const pipeline = get.call(device.pipelines, shader);
      loseGpu(device);
      return pipeline;
    });
    await expect(createSession(device, graph)).rejects.toMatchObject({ reason: 'lost' });
    expect(device.memory().totalBytes).toBe(0);
    using session = await createSession(device, graph);
    const x = codesInput(graph, 1);
    expect((await session.run({ x })).y.data).toEqual(expected(x));
  });

  test('layers, profiles, tensors and timers end with DeviceError', async () => {
    using device = await openDevice({ engine: 'scalar' });
    using session = await createSession(device, graph, { fusion: false });
    const x = codesInput(graph, 1);
    const layers = session.layers({ x });
    const { value: layer } = await layers.next();
    const { y } = await session.runOnDevice({ x });
    const profiling = session.profile({ x }, { runs: 3 });
    loseGpu(device);
    await expect(profiling).rejects.toMatchObject({ reason: 'lost' });
    await expect(layer!.read()).rejects.toMatchObject({ reason: 'lost' });
    await expect(layers.next()).rejects.toMatchObject({ reason: 'lost' });
    expect(y.isLost).toBe(true);
    y.destroy();
    expect((await session.run({ x })).y.data).toEqual(expected(x));
    expect(y.isLost).toBe(true);
    await expect(layer!.read()).rejects.toMatchObject({ reason: 'lost' });
  });

  test('a tensor that was lost is refused, and a preprocessor goes on', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const type = { dtype: 'float32', shape: [1, 2, 2, 3] } as const;
    using preprocessor = await createPreprocessor(device, type);
    const image = { width: 2, height: 2, data: Uint8Array.from({ length: 16 }, (_, index) => index * 16) };
    const identity = {
      name: 'identity',
      nodes: [{ name: 'flat', op: 'reshape', attributes: { shape: [1, 12] }, inputs: ['x'], outputs: ['y'] }],
      values: { x: type, y: { dtype: 'float32', shape: [1, 12] } as const },
      constants: {},
      inputs: ['x'],
      outputs: ['y'],
      metadata: {},
    };
    using session = await createSession(device, identity);
    const tensor = await preprocessor.process(image);
    const before = (await session.run({ x: tensor })).y.data;
    loseGpu(device);
    await device.gpuDevice.lost;
    const again = await preprocessor.process(image);
    await expect(session.run({ x: tensor })).rejects.toThrow(/"x": the tensor was lost with its device/);
    await expect(preprocessor.process(image, { target: tensor })).rejects.toThrow(/target was lost/);
    expect((await session.run({ x: again })).y.data).toEqual(before);
    tensor.destroy();
    again.destroy();
  });

  test('no recovery follows a destroy, in any order', async () => {
    const device = await openDevice({ engine: 'scalar' });
    const session = await createSession(device, graph);
    const x = codesInput(graph, 1);
    const pending = session.run({ x });
    device.destroy();
    await expect(pending).rejects.toMatchObject({ reason: 'destroyed' });
    await expect(session.run({ x })).rejects.toThrow(/device was destroyed. Open a new one/);
    await expect(device.recover()).rejects.toMatchObject({ reason: 'destroyed' });
    await expect(createSession(device, graph)).rejects.toMatchObject({ reason: 'destroyed' });
    session.destroy();
    session.destroy();
    device.destroy();
    await expect(session.run({ x })).rejects.toThrow(/session:.* was destroyed/);

    const lost = await openDevice({ engine: 'scalar' });
    const other = await createSession(lost, graph);
    loseGpu(lost);
    await lost.gpuDevice.lost;
    const recovering = other.run({ x });
    lost.destroy();
    await expect(recovering).rejects.toBeInstanceOf(DeviceError);
    await expect(other.run({ x })).rejects.toMatchObject({ reason: 'destroyed' });
  });

  test('a session that is destroyed while it recovers leaves nothing behind', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const session = await createSession(device, graph);
    loseGpu(device);
    await device.gpuDevice.lost;
    const running = session.run({ x: codesInput(graph, 1) });
    session.destroy();
    await expect(running).rejects.toMatchObject({ reason: 'destroyed' });
    await device.recover();
    // The state that was being made is closed when it is finished.
    await expect.poll(() => device.memory().totalBytes).toBe(0);
  });

  test('says when no GPU comes back', async () => {
    const gpu = navigator.gpu;
    let isGone = false;
    const fragile = {
      wgslLanguageFeatures: gpu.wgslLanguageFeatures,
      requestAdapter: (options: GPURequestAdapterOptions) =>
        isGone ? Promise.resolve(null) : gpu.requestAdapter(options),
    } as GPU;
    using device = await openDevice({ gpu: fragile, engine: 'scalar' });
    using session = await createSession(device, graph);
    isGone = true;
    loseGpu(device);
    await device.gpuDevice.lost;
    const x = codesInput(graph, 1);
    await expect(session.run({ x })).rejects.toThrow(/does not come back: .*no WebGPU adapter/);
    isGone = false;
    expect((await session.run({ x })).y.data).toEqual(expected(x));
  });

  test('a session that is being made when the GPU is lost rejects with that, whatever recovers meanwhile', async () => {
    using device = await openDevice({ engine: 'scalar' });
    using first = await createSession(device, graph);
    const x = codesInput(graph, 1);
    const other = convolutionChain({ layers: 2, size: 9, channels: 4 });
    const making = Promise.allSettled([createSession(device, other, { sharePipelines: false })]);
    loseGpu(device);
    await device.gpuDevice.lost;
    expect((await first.run({ x })).y.data).toEqual(expected(x));
    expect(await making).toMatchObject([{ status: 'rejected', reason: { reason: 'lost' } }]);
    using again = await createSession(device, other);
    await again.warmUp();
    first.destroy();
    again.destroy();
    expect(device.memory().totalBytes).toBe(0);
  });

  test('listeners are told of losses only, and cannot break anything', async () => {
    const device = await openDevice({ engine: 'scalar' });
    using session = await createSession(device, graph);
    const told: string[] = [];
    device.onLost(() => {
      told.push('first');
      device.onLost(() => told.push('later'));
    });
    const stop = device.onLost(() => told.push('stopped'));
    device.onLost(({ reason }) => told.push(`last: ${reason}`));
    stop();
    loseGpu(device);
    await device.gpuDevice.lost;
    expect(told).toEqual(['first', 'last: lost']);
    const x = codesInput(graph, 1);
    expect((await session.run({ x })).y.data).toEqual(expected(x));
    device.destroy();
    expect(told).toHaveLength(2);
    expect(device.memory().totalBytes).toBe(0);
  });

  test('a device that is destroyed while no GPU comes back says so', async () => {
    const gpu = navigator.gpu;
    let isGone = false;
    const fragile = {
      wgslLanguageFeatures: gpu.wgslLanguageFeatures,
      requestAdapter: (options: GPURequestAdapterOptions) =>
        isGone ? Promise.resolve(null) : gpu.requestAdapter(options),
    } as GPU;
    const device = await openDevice({ gpu: fragile, engine: 'scalar' });
    const session = await createSession(device, graph);
    isGone = true;
    loseGpu(device);
    await device.gpuDevice.lost;
    const run = session.run({ x: codesInput(graph, 1) });
    device.destroy();
    await expect(run).rejects.toMatchObject({ reason: 'destroyed' });
  });
});
