import { describe, expect, test } from 'vitest';
import { DeviceError, ShapeError } from '../../src/errors.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { openDevice } from '../../src/gpu/open-device.ts';
import { GpuTensor } from '../../src/runtime/gpu-tensor.ts';
import type { Layer } from '../../src/runtime/reports.ts';
import { createSession } from '../../src/runtime/session.ts';
import { perTensor } from '../../src/tensor/quantization.ts';
import type { Tensor, TensorType } from '../../src/tensor/tensor.ts';
import { testDevice } from '../support/device.ts';

/** uint8 [1, 3, 5, 3] → pad → add a constant → reshape; three channels, so that rows are padded on the device. */
function smallGraph(): Graph {
  const quantization = perTensor(0.5, 128);
  const type = (shape: number[]): TensorType => ({ dtype: 'uint8', shape, quantization });
  const constant = Uint8Array.from({ length: 3 }, (_, index) => 100 + 20 * index);
  return {
    name: 'small',
    nodes: [
      {
        name: 'padded',
        op: 'pad',
        attributes: {
          padding: [
            [0, 0],
            [1, 1],
            [0, 2],
            [0, 0],
          ],
          value: 0,
        },
        inputs: ['image'],
        outputs: ['padded'],
      },
      { name: 'sum', op: 'add', attributes: { activation: 'none' }, inputs: ['padded', 'offset'], outputs: ['sum'] },
      { name: 'flat', op: 'reshape', attributes: { shape: [1, 105] }, inputs: ['sum'], outputs: ['flat'] },
    ],
    values: {
      image: type([1, 3, 5, 3]),
      offset: type([3]),
      padded: type([1, 5, 7, 3]),
      sum: type([1, 5, 7, 3]),
      flat: type([1, 105]),
    },
    constants: { offset: { ...type([3]), data: constant } },
    inputs: ['image'],
    outputs: ['flat'],
    metadata: {},
  };
}

function image(seed: number, batch = 1): Tensor {
  const data = Uint8Array.from({ length: batch * 45 }, (_, index) => (index * 37 + seed * 101) % 256);
  return { dtype: 'uint8', shape: [batch, 3, 5, 3], quantization: perTensor(0.5, 128), data };
}

const expected = (input: Tensor): Tensor['data'] => runReference(smallGraph(), { image: input }).get('flat')!.data;

describe('Session', () => {
  test('runs a graph and gives the reference’s bytes', async () => {
    using session = await createSession(await testDevice(), smallGraph());
    const { flat } = await session.run({ image: image(1) });
    expect(flat.dtype).toBe('uint8');
    expect(flat.shape).toEqual([1, 105]);
    expect(flat.data).toEqual(expected(image(1)));
  });

  test('takes a typed array, a GPUBuffer and a tensor on the device alike', async () => {
    const device = await testDevice();
    using session = await createSession(device, smallGraph());
    const tensor = image(2);
    const results = [await session.run({ image: tensor.data })];
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const buffer = await device.createBuffer({
      label: 'caller',
      owner: 'test',
      purpose: 'input',
      sizeBytes: 48,
      usage,
    });
    const padded = new Uint8Array(48);
    padded.set(tensor.data);
    device.gpuDevice.queue.writeBuffer(buffer, 0, padded);
    results.push(await session.run({ image: buffer }));
    device.release(buffer);
    for (const { flat } of results) expect(flat.data).toEqual(expected(tensor));

    const { flat: onDevice } = await session.runOnDevice({ image: tensor });
    const identity: Graph = {
      ...smallGraph(),
      nodes: [{ name: 'back', op: 'reshape', attributes: { shape: [5, 21] }, inputs: ['flat'], outputs: ['back'] }],
      values: { flat: onDevice.type, back: { ...onDevice.type, shape: [5, 21] } },
      constants: {},
      inputs: ['flat'],
      outputs: ['back'],
    };
    using second = await createSession(device, identity);
    expect((await second.run({ flat: onDevice })).back.data).toEqual(expected(tensor));
    onDevice.destroy();
  });

  test('gives each of many runs in flight its own result', async () => {
    using session = await createSession(await testDevice(), smallGraph(), { maxInFlight: 3 });
    const inputs = Array.from({ length: 12 }, (_, seed) => image(seed));
    const results = await Promise.all(inputs.map((tensor) => session.run({ image: tensor })));
    results.forEach(({ flat }, index) => expect(flat.data).toEqual(expected(inputs[index])));
  });

  test('overrides the batch', async () => {
    using session = await createSession(await testDevice(), smallGraph(), { batch: 3 });
    const { flat } = await session.run({ image: image(5, 3) });
    expect(flat.shape).toEqual([3, 105]);
    for (let item = 0; item < 3; item++) {
      const one: Tensor = { ...image(0), data: image(5, 3).data.slice(item * 45, (item + 1) * 45) };
      expect(flat.data.slice(item * 105, (item + 1) * 105)).toEqual(expected(one));
    }
  });

  test('yields layers whose outputs can be read until the next one', async () => {
    using session = await createSession(await testDevice(), smallGraph(), { fusion: false });
    const reference = runReference(smallGraph(), { image: image(3) });
    const seen: string[] = [];
    let previous: { read(): Promise<Tensor> } | undefined;
    for await (const layer of session.layers({ image: image(3) })) {
      seen.push(layer.output);
      const tensor = await layer.read();
      expect(tensor.data, layer.output).toEqual(reference.get(layer.output)!.data);
      expect(layer.elapsedMicros).toBeGreaterThanOrEqual(0);
      if (previous !== undefined) await expect(previous.read()).rejects.toThrow(/has been reused/);
      previous = layer;
    }
    expect(seen).toEqual(['padded', 'sum', 'flat']);
  });

  test('refuses to go on with layers after another run', async () => {
    using session = await createSession(await testDevice(), smallGraph(), { fusion: false });
    const layers = session.layers({ image: image(3) });
    await layers.next();
    await session.run({ image: image(4) });
    await expect(layers.next()).rejects.toThrow(/another run overwrote what layer "sum" reads/);
  });

  test('does not read a layer that a run overwrites meanwhile', async () => {
    using session = await createSession(await testDevice(), smallGraph(), { fusion: false });
    const layers = session.layers({ image: image(3) });
    const { value: layer } = await layers.next();
    const reading = (layer as Layer).read();
    const running = session.run({ image: image(4) });
    await expect(reading).rejects.toThrow(/has been reused/);
    expect((await running).flat.data).toEqual(expected(image(4)));
  });

  test('keeps the names of values and what kernels make of constants apart', async () => {
    const type: TensorType = { dtype: 'float32', shape: [4] };
    const code: TensorType = { dtype: 'int8', shape: [4], quantization: perTensor(0.5, 3) };
    const name = 'q/quantize/thresholds';
    const graph: Graph = {
      name: 'names',
      nodes: [
        { name, op: 'relu', attributes: { activation: 'relu' }, inputs: ['x'], outputs: [name] },
        { name: 'q', op: 'quantize', attributes: {}, inputs: [name], outputs: ['y'] },
      ],
      values: { x: type, [name]: type, y: code },
      constants: {},
      inputs: ['x'],
      outputs: ['y'],
      metadata: {},
    };
    using session = await createSession(await testDevice(), graph);
    expect((await session.run({ x: Float32Array.of(1, 2, -3, 4) })).y.data).toEqual(Int8Array.of(5, 7, 3, 11));
  });

  test('gives outputs that are constants or inputs', async () => {
    const type: TensorType = { dtype: 'float32', shape: [3] };
    const graph: Graph = {
      name: 'trivial',
      nodes: [],
      values: { x: type, c: type },
      constants: { c: { ...type, data: Float32Array.of(1, 2, 3) } },
      inputs: ['x'],
      outputs: ['c', 'x'],
      metadata: {},
    };
    using session = await createSession(await testDevice(), graph);
    const { c, x } = await session.run({ x: Float32Array.of(4, 5, 6) });
    expect([...c.data, ...x.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('profiles and inspects', async () => {
    const device = await testDevice();
    using session = await createSession(device, smallGraph(), { fusion: false });
    expect(session.inspect().map(({ op, shape }) => [op, shape.join('x')])).toEqual([
      ['pad', '1x5x7x3'],
      ['add', '1x5x7x3'],
      ['reshape', '1x105'],
    ]);
    const profile = await session.profile({ image: image(1) }, { runs: 3 });
    expect(profile.layers).toHaveLength(3);
    expect(profile.totalMicros).toBeGreaterThan(0);
    // Without timestamps the host's clock has to do.
    expect(profile.clock).toBe(device.has('timestamp-query') ? 'gpu' : 'host');
  });

  test('refuses wrong inputs by name, dtype, shape and length', async () => {
    using session = await createSession(await testDevice(), smallGraph());
    await expect(session.run({})).rejects.toThrow(/lacks inputs \[image\]/);
    await expect(session.run({ image: undefined as never })).rejects.toThrow(/lacks inputs \[image\]/);
    await expect(session.run({ image: image(1), other: image(1) })).rejects.toThrow(/does not know \[other\]/);
    await expect(session.run({ image: new Float32Array(45) })).rejects.toThrow(
      /expected uint8 \[1, 3, 5, 3\].*float32/,
    );
    await expect(session.run({ image: new Uint8Array(44) })).rejects.toThrow(/got 44 elements/);
    await expect(session.run({ image: { ...image(1), shape: [1, 5, 3, 3] } })).rejects.toBeInstanceOf(ShapeError);
    // A refused run leaves the session usable.
    expect((await session.run({ image: image(1) })).flat.data).toEqual(expected(image(1)));
  });

  test('refuses tensors that are destroyed, elsewhere, or of other codes', async () => {
    const device = await testDevice();
    using session = await createSession(device, smallGraph());
    const { image: type } = smallGraph().values;
    const tensor = await GpuTensor.create(device, type, 'tensor');
    tensor.destroy();
    await expect(session.run({ image: tensor })).rejects.toThrow(/"image": the tensor was destroyed/);
    using other = await openDevice({ engine: 'scalar' });
    using foreign = await GpuTensor.create(other, type, 'foreign');
    await expect(session.run({ image: foreign })).rejects.toThrow(/on another device/);
    using coarse = await GpuTensor.create(device, { ...type, quantization: perTensor(1, 128) }, 'coarse');
    await expect(session.run({ image: coarse })).rejects.toThrow(/another scale or zero point/);
  });

  test('a failed runOnDevice leaves nothing behind', async () => {
    const device = await testDevice();
    using session = await createSession(device, smallGraph());
    const before = device.memory().totalBytes;
    await expect(session.runOnDevice({ image: new Uint8Array(7) })).rejects.toBeInstanceOf(ShapeError);
    expect(device.memory().totalBytes).toBe(before);
  });

  test('a run that waits for its turn can be aborted', async () => {
    using session = await createSession(await testDevice(), smallGraph(), { maxInFlight: 1 });
    const controller = new AbortController();
    const first = session.run({ image: image(1) });
    const waiting = session.run({ image: image(2) }, { signal: controller.signal });
    const last = session.run({ image: image(3) });
    // The first turn is taken in the next microtasks.
    await Promise.resolve();
    controller.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
    expect((await first).flat.data).toEqual(expected(image(1)));
    expect((await last).flat.data).toEqual(expected(image(3)));
    await expect(createSession(await testDevice(), smallGraph(), { maxInFlight: 0 })).rejects.toThrow(
      /maxInFlight is 0/,
    );
  });

  test('rejects what waits or runs when it is destroyed, and leaves the device usable', async () => {
    const device = await testDevice();
    const session = await createSession(device, smallGraph(), { maxInFlight: 1 });
    const pending = [1, 2, 3].map((seed) => session.run({ image: image(seed) }));
    session.destroy();
    const results = await Promise.allSettled(pending);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    for (const result of results) expect((result as PromiseRejectedResult).reason).toBeInstanceOf(DeviceError);
    using again = await createSession(device, smallGraph());
    expect((await again.run({ image: image(1) })).flat.data).toEqual(expected(image(1)));
  });

  test('aborts before it starts, and says that it was destroyed', async () => {
    const device = await testDevice();
    const session = await createSession(device, smallGraph());
    await expect(session.run({ image: image(1) }, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await expect(createSession(device, smallGraph(), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    session.destroy();
    session.destroy();
    await expect(session.run({ image: image(1) })).rejects.toBeInstanceOf(DeviceError);
  });

  test('gives back all its memory', async () => {
    const device = await testDevice();
    const before = device.memory().totalBytes;
    const session = await createSession(device, smallGraph());
    await session.run({ image: image(1) });
    for await (const layer of session.layers({ image: image(1) })) await layer.read();
    await session.profile({ image: image(1) }, { runs: 2 });
    expect(device.memory().totalBytes).toBeGreaterThan(before);
    session.destroy();
    expect(device.memory().totalBytes).toBe(before);
  });
});
