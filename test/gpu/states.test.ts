import { expect, test } from 'vitest';
import { nextStates } from '../../src/graph/states.ts';
import { createSession } from '../../src/runtime/session.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { testDevice } from '../support/device.ts';
import { importValid } from '../support/tflite-models.ts';
import { accumulator } from '../support/tflite-variables.ts';

const tensor = (...data: readonly number[]): Tensor => ({
  dtype: 'float32',
  shape: [1, data.length],
  data: Float32Array.from(data),
});

test('what a run remembers goes on, from the host or on the device, and begins anew where it is left out', async () => {
  const graph = importValid(accumulator([5, 5]));
  using session = await createSession(await testDevice(), graph);
  const first = await session.run({ x: tensor(1, 2) });
  expect([...first['y'].data]).toEqual([6, 7]);
  const second = await session.run({ x: tensor(1, 2), ...nextStates(graph, first) });
  expect([...second['y'].data]).toEqual([7, 9]);
  const kept = await session.runOnDevice({ x: tensor(0, 0), ...nextStates(graph, second) });
  const third = await session.run({ x: tensor(1, 1), ...nextStates(graph, kept) });
  expect([...third['y'].data]).toEqual([8, 10]);
  for (const value of Object.values(kept)) value.destroy();
  // A new stream.
  expect([...(await session.run({ x: tensor(1, 2) }))['y'].data]).toEqual([6, 7]);
});
