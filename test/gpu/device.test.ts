import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../src/errors.ts';
import { availableEngines } from '../../src/gpu/capabilities.ts';
import { openDevice } from '../../src/gpu/open-device.ts';
import { testDevice } from '../support/device.ts';

describe('openDevice', () => {
  test('measures every engine and picks the fastest', async () => {
    using device = await openDevice();
    const available = availableEngines(device.capabilities);
    for (const engine of available) expect(device.engineSpeeds[engine], engine).toBeGreaterThan(0);
    const fastest = available.reduce((best, next) =>
      device.engineSpeeds[next]! > device.engineSpeeds[best]! ? next : best,
    );
    expect(device.engine).toBe(fastest);
  });

  test('takes the full limits of the adapter, or the specification’s defaults when asked', async () => {
    using full = await openDevice({ engine: 'scalar' });
    using plain = await openDevice({ engine: 'scalar', limits: 'default' });
    expect(plain.capabilities.limits.maxStorageBufferBindingSize).toBe(134217728);
    expect(plain.capabilities.features.filter((feature) => feature !== 'core-features-and-limits')).toEqual([]);
    for (const [name, limit] of Object.entries(plain.capabilities.limits)) {
      if (name.startsWith('max')) expect(full.capabilities.limits[name], name).toBeGreaterThanOrEqual(limit);
    }
  });

  test('capabilities are plain data', async () => {
    const { capabilities } = await testDevice();
    expect(JSON.parse(JSON.stringify(capabilities))).toEqual(capabilities);
  });

  test('explains a missing WebGPU and a missing adapter', async () => {
    const noAdapter = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
    await expect(openDevice({ gpu: noAdapter })).rejects.toThrow(/no WebGPU adapter.*driver/);
  });
});

describe('Device', () => {
  test('accounts for buffers by owner and purpose, and remembers the peak', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const request = { label: 'a', owner: 'test', purpose: 'weights', sizeBytes: 1000, usage: GPUBufferUsage.STORAGE };
    const first = await device.createBuffer(request);
    const second = await device.createBuffer({ ...request, purpose: 'activations', sizeBytes: 24 });
    expect(device.memory()).toEqual({
      totalBytes: 1024,
      peakBytes: 1024,
      owners: { test: { weights: 1000, activations: 24 } },
    });
    device.release(first);
    device.release(first);
    device.release(second);
    expect(device.memory()).toEqual({ totalBytes: 0, peakBytes: 1024, owners: {} });
  });

  test('refuses a buffer over the limit by saying by how much', async () => {
    const device = await testDevice();
    const sizeBytes = device.capabilities.limits.maxBufferSize + 8;
    await expect(
      device.createBuffer({
        label: 'huge',
        owner: 'test',
        purpose: 'weights',
        sizeBytes,
        usage: GPUBufferUsage.STORAGE,
      }),
    ).rejects.toThrow(/"huge".*by 8/);
  });

  test('reports validation errors where they happen', async () => {
    const device = await testDevice();
    const bad = device.guard('a bad buffer', () => device.gpuDevice.createBuffer({ size: 4, usage: 0 }));
    await expect(bad).rejects.toThrow(/a bad buffer/);
    await expect(bad).rejects.toBeInstanceOf(DeviceError);
    device.assertUsable();
  });

  test('shows the compiler’s message and the line of a shader that does not compile', async () => {
    const device = await testDevice();
    const text = '@compute @workgroup_size(1) fn main() {\n  let x: u32 = 1.5;\n}';
    await expect(
      device.pipelines.get({ name: 'broken', text, bindings: [], params: [], sharedConstants: {} }),
    ).rejects.toThrow(/"broken" does not compile[\s\S]*line 2[\s\S]*let x: u32 = 1\.5/);
    device.assertUsable();
  });

  test('says that it was destroyed', async () => {
    const device = await openDevice({ engine: 'scalar' });
    device.destroy();
    device.destroy();
    await device.gpuDevice.lost;
    expect(() => device.assertUsable()).toThrow(/was destroyed/);
  });
});
