import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { openDevice } from '../../src/gpu/open-device.ts';

/** Asks for the collector from within, so that the lane needs no flag. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Opens devices and destroys them; nothing else keeps them. */
async function openAndDestroy(count: number): Promise<WeakRef<GPUDevice>[]> {
  const opened: WeakRef<GPUDevice>[] = [];
  for (let index = 0; index < count; index++) {
    const device = await openDevice({ engine: 'scalar' });
    opened.push(new WeakRef(device.gpuDevice));
    device.destroy();
  }
  return opened;
}

test('a destroyed device is collected, and with it the threads and memory of its driver', async () => {
  const collect = collector();
  const opened = await openAndDestroy(4);
  for (let turn = 0; turn < 5; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // The last may still be on the stack of whoever collects.
  expect(opened.filter((reference) => reference.deref() !== undefined).length).toBeLessThanOrEqual(1);
});
