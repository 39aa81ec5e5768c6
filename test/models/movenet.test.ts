import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createSession } from '../../src/runtime/session.ts';
import { testDevice } from '../support/device.ts';
import { describeGoldens, loadGolden } from '../support/goldens.ts';
import { sharedPath } from '../support/shared.ts';

const output = 'StatefulPartitionedCall:0';

describeGoldens('MoveNet: an int8 body, and a float tail that looks for the keypoints', /^movenet/, (name) => {
  test('every number of the oracle in its own rounding', async () => {
    const { graph, inputs, outputs } = loadGolden(name);
    using session = await createSession(await testDevice(), graph, { rounding: 'tflite-double' });
    expect((await session.run(inputs))[output].data).toEqual(outputs[output].data);
  });

  test('keypoints within 0.03 of the published ones in the default rounding', async () => {
    const { graph, inputs } = loadGolden(name);
    using session = await createSession(await testDevice(), graph);
    const { data } = (await session.run(inputs))[output];
    const file = sharedPath('models', 'movenet/movenet_single_pose_lightning_ptq_reference.csv')!;
    const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1);
    expect(rows).toHaveLength(17);
    for (const row of rows) {
      const [, , id, , x, y] = row.split(',').map(Number);
      expect(Math.abs(data[3 * id] - y), `y of keypoint ${id}`).toBeLessThanOrEqual(0.03);
      expect(Math.abs(data[3 * id + 1] - x), `x of keypoint ${id}`).toBeLessThanOrEqual(0.03);
    }
  });
});
