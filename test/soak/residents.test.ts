import { expect, test } from 'vitest';
import { openDevice } from '../../src/gpu/open-device.ts';
import { createSession, type Session } from '../../src/runtime/session.ts';
import { emptyTensor } from '../../src/tensor/tensor.ts';
import { floatGraph } from '../support/float-graph.ts';
import { loadModel } from '../support/goldens.ts';
import { sharedPath } from '../support/shared.ts';

/** Bytes of a purpose, without those that others hold too. */
function bytesOf(session: Session, purpose: string): number {
  const owners = Object.entries(session.device.memory().owners);
  const own = owners.filter(([owner]) => owner.startsWith(`session:${session.graph.name}#`));
  return own.reduce((sum, [, purposes]) => sum + (purposes[purpose] ?? 0), 0);
}

test.skipIf(sharedPath('models', 'mobilenet') === null)(
  'three MobileNetV2s resident: int8, uint8 and float32',
  async () => {
    using device = await openDevice();
    const int8Graph = loadModel('mobilenet/tf2_mobilenet_v2_1.0_224_ptq.tflite');
    const graphs = [int8Graph, loadModel('mobilenet/mobilenet_v2_1.0_224_quant.tflite'), floatGraph(int8Graph)];
    const sessions: Session[] = [];
    for (const graph of graphs) sessions.push(await createSession(device, graph));
    const [int8, , float] = sessions;
    // All three are alive and take turns.
    for (const session of [...sessions, ...sessions]) {
      const [input] = session.graph.inputs;
      await session.run({ [input]: emptyTensor(session.graph.values[input]) });
    }

    const { totalBytes, peakBytes, owners } = device.memory();
    console.table(owners);
    console.log(`in all ${totalBytes} bytes, at most ${peakBytes}`);
    for (const purpose of ['weights', 'activations']) {
      const ratio = bytesOf(int8, purpose) / bytesOf(float, purpose);
      console.log(`${purpose}: int8 takes ${ratio.toFixed(3)} of float32`);
      expect(ratio, purpose).toBeLessThan(0.3);
    }
    expect(peakBytes).toBeLessThan(1e9);

    // A second session of a resident graph brings activations only.
    const before = device.memory().totalBytes;
    const activations = bytesOf(int8, 'activations');
    using second = await createSession(device, int8Graph);
    console.log(`a second session of the int8 graph adds ${device.memory().totalBytes - before} bytes`);
    expect(device.memory().totalBytes - before).toBeLessThan(activations * 1.2);
    second.destroy();
    for (const session of sessions) session.destroy();
    expect(device.memory().totalBytes).toBe(0);
  },
);
