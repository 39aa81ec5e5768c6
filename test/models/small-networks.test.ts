import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../src/formats/tflite/index.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { getOp } from '../../src/ops/registry.ts';
import { createSession } from '../../src/runtime/session.ts';
import { dequantizeTensor, quantizeTensor } from '../../src/tensor/quantize-tensor.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { compareCodes, relativeError } from '../support/compare.ts';
import { compileWithin } from '../support/cut-program.ts';
import { testDevice } from '../support/device.ts';
import { smallFloatNetworks, smallNetworks } from '../support/small-networks.ts';
import { Network } from '../support/tflite-network.ts';

/** Rounding errors of float sums, through a dozen layers. */
const floatError = 1e-4;

const isFloat = (tensor: Tensor): boolean => tensor.dtype === 'float32';

function inputsOf(graph: Graph, data: readonly Float32Array[]): Record<string, Tensor> {
  const entries = graph.inputs.map((name, index) => {
    const type = graph.values[name];
    const real = { dtype: 'float32' as const, shape: type.shape, data: data[index] };
    return [name, type.dtype === 'int8' ? quantizeTensor(real, type) : real] as const;
  });
  return Object.fromEntries(entries);
}

/** What the device makes of it, which must be what the references make of it. */
async function run(bytes: Uint8Array, data: readonly Float32Array[]): Promise<Tensor[]> {
  const graph = tfliteGraph(bytes);
  const inputs = inputsOf(graph, data);
  const expected = runReference(graph, inputs);
  using session = await createSession(await testDevice(), graph);
  const results = await session.run(inputs);
  return graph.outputs.map((name) => {
    const [result, reference] = [results[name], expected.get(name)!];
    expect(result.shape).toEqual(reference.shape);
    if (isFloat(result)) expect(relativeError(result.data, reference.data), name).toBeLessThan(floatError);
    else expect(compareCodes(result.data, reference.data).mismatches, name).toBe(0);
    return result;
  });
}

describe('networks as they are published run, and give what the references give', () => {
  for (const [name, architecture] of Object.entries(smallNetworks)) {
    test(`${name}`, async () => {
      const net = new Network();
      const outputs = architecture(net);
      const data = net.inputData();
      const floats = await run(net.float32(outputs), data);
      const codes = await run(net.int8(outputs, data), data);
      // The same network, with the error of its codes: detections in another order, and labels, do not compare.
      if (codes.some((tensor) => tensor.dtype === 'float32')) return;
      for (const [index, tensor] of codes.entries()) {
        if (tensor.dtype === 'int32') continue;
        const real = dequantizeTensor(tensor).data;
        const error = real.reduce((sum, value, at) => sum + Math.abs(value - floats[index].data[at]), 0) / real.length;
        const largest = Math.max(...Array.from(floats[index].data, Math.abs));
        expect(error / largest, tensor.dtype).toBeLessThan(0.1);
      }
    });
  }
});

test.each(Object.entries(smallFloatNetworks))('%s, in float32', async (_name, architecture) => {
  const net = new Network();
  const outputs = architecture(net);
  await run(net.float32(outputs), net.inputData());
});

test('what moves axes around the layers of a network in [N, C, H, W] goes, but for the input and a shuffle', () => {
  const net = new Network();
  const outputs = smallNetworks['channels first'](net);
  for (const bytes of [net.float32(outputs), net.int8(outputs, net.inputData())]) {
    const graph = tfliteGraph(bytes);
    const moves = (fusion: boolean): readonly string[] =>
      compileWithin(graph, {}, { fusion }).steps.flatMap(({ node, dispatch }) =>
        dispatch !== undefined && getOp(node.op).elements !== undefined ? [node.op] : [],
      );
    expect(moves(false).filter((op) => op === 'transpose')).toHaveLength(13);
    expect(moves(true)).toEqual(['transpose', 'rearrange']);
  }
});
