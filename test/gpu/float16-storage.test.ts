import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../src/formats/tflite/index.ts';
import { createSession } from '../../src/runtime/session.ts';
import { relativeError } from '../support/compare.ts';
import { testDevice } from '../support/device.ts';
import { heldBytes } from '../support/held-bytes.ts';
import { smallNetworks } from '../support/small-networks.ts';
import { Network } from '../support/tflite-network.ts';

/** Results are rounded to 11 bits, weights and the outputs of some twenty layers. */
const float16Error = 0.02;

describe('networks whose activations and weights are stored as float16', () => {
  for (const name of ['MobileNetV3', 'EfficientNet-Lite', 'ShuffleNet', 'U-Net', 'style transfer', 'channels first']) {
    test(`${name}: close to float32, in fewer bytes`, async () => {
      const net = new Network();
      const outputs = smallNetworks[name](net);
      const graph = tfliteGraph(net.float32(outputs));
      const data = net.inputData();
      const inputs = Object.fromEntries(graph.inputs.map((input, index) => [input, data[index]]));
      const device = await testDevice();
      const runs = [];
      for (const storage of ['float32', 'float16'] as const) {
        using session = await createSession(device, graph, { storage });
        runs.push({
          results: await session.run(inputs),
          bytes: heldBytes(session, graph.name),
          layers: session.inspect(),
        });
      }
      const [whole, half] = runs;
      for (const output of graph.outputs) {
        expect(half.results[output].dtype).toBe(whole.results[output].dtype);
        expect(relativeError(half.results[output].data, whole.results[output].data)).toBeLessThan(float16Error);
      }
      expect(half.bytes.activations).toBeLessThan(0.75 * whole.bytes.activations);
      expect(half.bytes.weights).toBeLessThan(whole.bytes.weights);
      // No layer is added to convert, and the layers between are stored in half the bytes.
      expect(half.layers.map(({ name: layer, kernel }) => [layer, kernel])).toEqual(
        whole.layers.map(({ name: layer, kernel }) => [layer, kernel]),
      );
      expect(half.layers.filter(({ dtype }) => dtype === 'float16').length).toBeGreaterThan(half.layers.length / 2);
    });
  }
});
