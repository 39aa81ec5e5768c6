import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Device } from '../../src/gpu/device.ts';
import { openDevice } from '../../src/gpu/open-device.ts';
import { compile } from '../../src/runtime/compile.ts';
import { createSession } from '../../src/runtime/session.ts';
import { allocateData } from '../../src/tensor/dtype.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { compareCodes, relativeError } from '../support/compare.ts';
import { largestBinding } from '../support/cut-program.ts';
import { testDevice } from '../support/device.ts';
import { describeGoldens, loadGolden } from '../support/goldens.ts';

/** Bytes of a binding by golden file: a small part of the model's largest activation, and less than its weights. */
const bindingBytes: Readonly<Record<string, number>> = {
  'kws_ref_model.noise': 4096,
  'pretrainedResnet_quant.cifar0': 4096,
  'vww_96_int8.coco0': 8192,
  'mobilenet_v1_0.25_128_quant.cat': 16384,
  'mobilenet_v2_1.0_224_quant.cat': 65536,
  'tf2_mobilenet_v2_1.0_224_ptq.cat': 65536,
};

const names = new RegExp(`^(${Object.keys(bindingBytes).join('|')})\\.safetensors$`);
const options = { rounding: 'tflite-double', engine: 'scalar' } as const;

describeGoldens('int8 models in pieces', names, (name) => {
  let device: Device;
  const limit = bindingBytes[name];
  beforeAll(async () => {
    device = await openDevice({ engine: 'scalar', limits: { maxStorageBufferBindingSize: limit } });
  });
  afterAll(() => device.destroy());

  test(`${name}: a batch equals what a device with large bindings makes of it`, async () => {
    const { graph, inputs, outputs } = loadGolden(name);
    const batch = name.includes('224') ? 2 : 5;
    const many = Object.fromEntries(Object.entries(inputs).map(([key, tensor]) => [key, repeated(tensor, batch)]));
    using session = await createSession(device, graph, { ...options, batch });
    using whole = await createSession(await testDevice(), graph, { ...options, batch });
    expect(session.inspect().length).toBeGreaterThan(2 * whole.inspect().length);
    const results = await session.run(many);
    expect(results).toEqual(await whole.run(many));
    for (const [output, { data }] of Object.entries(outputs)) {
      expect(compareCodes(results[output].data.subarray(0, data.length), data).maxDifference).toBeLessThanOrEqual(1);
    }
  });

  // The large models' files have outputs only.
  test.skipIf(name.includes('224'))(
    `${name}: every intermediate byte for byte, in bindings of ${limit} bytes`,
    async () => {
      const { graph, inputs, nodes } = loadGolden(name);
      const common = { ...options, fusion: true, sharePipelines: true };
      const program = compile(graph, device.capabilities, common);
      expect(largestBinding(program)).toBeLessThanOrEqual(limit);
      using session = await createSession(device, graph, common);
      const layers = new Map<string, Tensor>();
      for await (const layer of session.layers(inputs)) layers.set(layer.output, await layer.read());
      let cut = 0;
      for (const { operator, value, tensor } of nodes) {
        const pieces = (program.pieces.get(value) ?? [value]).flatMap((piece) => layers.get(piece) ?? []);
        // What was merged into a neighbour is not there.
        if (pieces.length === 0) continue;
        if (pieces.length > 1) cut++;
        const { mismatches, maxDifference } = compareCodes(joined(pieces, tensor), tensor.data);
        // TFLite computes these two with fixed-point approximations that this library does not imitate.
        const allowed = operator === 'SOFTMAX' || operator === 'MEAN' ? 1 : 0;
        expect(maxDifference, `${operator} ${value}: ${mismatches} differ`).toBeLessThanOrEqual(allowed);
      }
      expect(cut).toBeGreaterThan(5);
    },
  );
});

/** Bytes of a binding, likewise. */
const floatBindingBytes: Readonly<Record<string, number>> = {
  'kws_float32.noise': 16384,
  'pretrainedResnet.cifar0': 16384,
};

describeGoldens(
  'float models in pieces',
  new RegExp(`^(${Object.keys(floatBindingBytes).join('|')})\\.safetensors$`),
  (name) => {
    test(`${name}: relative error at most 1e-4, in bindings of ${floatBindingBytes[name]} bytes`, async () => {
      const { graph, inputs, outputs } = loadGolden(name);
      const limits = { maxStorageBufferBindingSize: floatBindingBytes[name] };
      using device = await openDevice({ engine: 'scalar', limits });
      using session = await createSession(device, graph);
      expect(session.inspect().some(({ op }) => op === 'slice')).toBe(true);
      const results = await session.run(inputs);
      for (const [output, expected] of Object.entries(outputs)) {
        expect(relativeError(results[output].data, expected.data), output).toBeLessThanOrEqual(1e-4);
      }
    });
  },
);

/** Pieces one after the other, as the codes of the golden tensor: uint8 values are int8 on the device. */
function joined(pieces: readonly Tensor[], { dtype, shape }: Tensor): Tensor['data'] {
  const data = allocateData(dtype, elementCount(shape));
  let end = 0;
  for (const piece of pieces) {
    for (const code of piece.data) data[end++] = piece.dtype === dtype ? code : code + 128;
  }
  expect(end).toBe(data.length);
  return data;
}

/** Several of the same, each after the first shifted by a little. */
function repeated(tensor: Tensor, batch: number): Tensor {
  const shape = [batch * tensor.shape[0], ...tensor.shape.slice(1)];
  const data = allocateData(tensor.dtype, elementCount(shape));
  for (let n = 0; n < batch; n++)
    data.set(
      tensor.data.map((code) => code ^ n),
      n * tensor.data.length,
    );
  return { ...tensor, shape, data };
}
