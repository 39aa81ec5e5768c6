import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../src/errors.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createSession } from '../../src/runtime/session.ts';
import { codesInput, convolutionChain } from '../support/small-graphs.ts';
import { testDevice } from '../support/device.ts';

const device = await testDevice();
const largest = Math.min(
  device.capabilities.limits.maxBufferSize,
  device.capabilities.limits.maxStorageBufferBindingSize,
);

/** A small value that becomes one of the largest size a device may be asked for. */
function growingGraph(): Graph {
  const width = 2 ** 14;
  const rows = Math.floor(largest / (width * 4));
  const attributes = {
    padding: [
      [0, 0],
      [0, rows - 1],
      [0, 0],
    ],
    value: 0,
  };
  return {
    name: 'growing',
    nodes: [{ name: 'grow', op: 'pad', attributes, inputs: ['x'], outputs: ['y'] }],
    values: { x: { dtype: 'float32', shape: [1, 1, width] }, y: { dtype: 'float32', shape: [1, rows, width] } },
    constants: {},
    inputs: ['x'],
    outputs: ['y'],
    metadata: {},
  };
}

async function allocateLargest(): Promise<unknown> {
  try {
    const usage = GPUBufferUsage.STORAGE;
    const request = { label: 'largest', owner: 'test', purpose: 'test', sizeBytes: largest, usage };
    device.release(await device.createBuffer(request));
    return undefined;
  } catch (error) {
    return error;
  }
}

// Most hardware has the memory for a buffer of its own limit; software adapters refuse it.
const refusal = await allocateLargest();

describe.skipIf(refusal === undefined)('out of memory', () => {
  test('is a DeviceError that names the allocation and what is held', () => {
    expect(refusal).toBeInstanceOf(DeviceError);
    expect((refusal as DeviceError).reason).toBe('out-of-memory');
    expect((refusal as DeviceError).message).toMatch(
      new RegExp(`buffer "largest" of ${largest} bytes.*holds \\d+ bytes already. Destroy other sessions`, 's'),
    );
  });

  test('releases what a session had already allocated, and leaves the device usable', async () => {
    const graph = convolutionChain({ layers: 1, size: 8, channels: 8 });
    using before = await createSession(device, graph);
    const { totalBytes, owners } = device.memory();
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(createSession(device, growingGraph())).rejects.toMatchObject({
        reason: 'out-of-memory',
        message: expect.stringMatching(/buffer "session:growing#\d+\/(arena|readback)\d" of \d+ bytes/) as string,
      });
      expect(device.memory()).toMatchObject({ totalBytes, owners });
    }
    const x = codesInput(graph, 1);
    const expected = runReference(graph, { x }, 'float').get('y')!.data;
    expect((await before.run({ x })).y.data).toEqual(expected);
    using after = await createSession(device, graph);
    expect((await after.run({ x })).y.data).toEqual(expected);
  });
});
