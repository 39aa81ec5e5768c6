import { describe, expect, test } from 'vitest';
import { openDevice } from '../../src/gpu/open-device.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createSession, type Session } from '../../src/runtime/session.ts';
import { codesInput, convolutionChain } from '../support/small-graphs.ts';

/** Its weights, 9 kB a layer, are large enough to be shared. */
const graph = convolutionChain({ layers: 2, size: 4, channels: 1024 });
const weightBytes = 2 * 9 * 1024;

function bytesOf(session: Session, purpose: string): number {
  const { owners } = session.device.memory();
  return Object.values(owners).reduce((sum, purposes) => sum + (purposes[purpose] ?? 0), 0);
}

describe('memory', () => {
  test('sessions of one graph hold its weights once, whatever their batch and engine', async () => {
    using device = await openDevice({ engine: 'scalar' });
    using first = await createSession(device, graph);
    const alone = bytesOf(first, 'weights');
    expect(alone).toBeGreaterThanOrEqual(weightBytes);
    using second = await createSession(device, graph);
    using third = await createSession(device, graph, { batch: 3, engine: 'f32-exact' });
    const own = alone - weightBytes;
    expect(bytesOf(third, 'weights')).toBeLessThanOrEqual(alone + 4 * own);
    const shared = Object.keys(device.memory().owners).filter((owner) => owner.split(' + ').length === 3);
    expect(shared).toHaveLength(1);
    expect(device.memory().owners[shared[0]].weights).toBeGreaterThanOrEqual(weightBytes);

    const x = codesInput(graph, 1);
    const expected = runReference(graph, { x }, 'float').get('y')!.data;
    for (const session of [first, second]) expect((await session.run({ x })).y.data).toEqual(expected);
  });

  test('weights stay until the last session that holds them is destroyed, in any order', async () => {
    using device = await openDevice({ engine: 'scalar' });
    const x = codesInput(graph, 2);
    const expected = runReference(graph, { x }, 'float').get('y')!.data;
    // Created at once, so that they look for the same weights at the same time.
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => createSession(device, graph)));
    for (const [gone, kept] of [
      [a, b],
      [c, b],
    ] as const) {
      gone.destroy();
      gone.destroy();
      expect((await kept.run({ x })).y.data).toEqual(expected);
    }
    b.destroy();
    expect(device.memory()).toMatchObject({ totalBytes: 0, owners: {} });
    using again = await createSession(device, graph);
    expect((await again.run({ x })).y.data).toEqual(expected);
  });

  test('equal weights of different graphs are held once, different ones of equal names are not', async () => {
    using device = await openDevice({ engine: 'scalar' });
    using first = await createSession(device, graph);
    const before = bytesOf(first, 'weights');
    // The same file imported again.
    using same = await createSession(device, structuredClone(graph));
    expect(bytesOf(same, 'weights') - before).toBeLessThan(weightBytes);
    const other = structuredClone(graph);
    other.constants['weights0'].data[5] ^= 1;
    using different = await createSession(device, other);
    const x = codesInput(graph, 3);
    const expected = runReference(other, { x }, 'float').get('y')!.data;
    expect((await different.run({ x })).y.data).toEqual(expected);
    expect((await first.run({ x })).y.data).not.toEqual(expected);
  });
});
