import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumericError } from '../../../src/errors.ts';
import { quantizeWeights, type WeightGranularity } from '../../../src/quantize/weight-quantization.ts';
import { dequantizeValue, scaleAt } from '../../../src/tensor/quantization.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';

const finite = fc.float({ min: -1000, max: 1000, noNaN: true });
const granularity = fc.constantFrom<WeightGranularity>('per-channel', 'per-tensor');

function tensor(shape: readonly number[], data: readonly number[]): Tensor {
  return { dtype: 'float32', shape, data: Float32Array.from(data) };
}

test('weights are off by at most half a step, and zero stays zero', () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 12, maxLength: 12 }), granularity, (data, granularity) => {
      const { weights } = quantizeWeights('test', tensor([1, 2, 2, 3], data), undefined, 3, granularity, 0.02);
      weights.data.forEach((code, index) => {
        const scale = scaleAt(weights.quantization!, index % 3);
        const value = Math.fround(data[index]);
        expect(Math.abs(code)).toBeLessThanOrEqual(127);
        // The float32 division may move a value that lies on the boundary.
        expect(Math.abs(dequantizeValue(code, scale, 0) - value)).toBeLessThanOrEqual(0.5 * scale * (1 + 1e-4));
        if (value === 0) expect(code).toBe(0);
      });
    }),
  );
});

test('a channel has a scale of its own, unless asked otherwise', () => {
  const weights = tensor([2, 2], [0.1, -0.2, 40, 127]);
  const perChannel = quantizeWeights('test', weights, undefined, 0, 'per-channel', 1).weights;
  expect(perChannel.quantization).toEqual({
    scales: [Math.fround(Math.fround(0.2) / 127), 1],
    zeroPoints: [0, 0],
    axis: 0,
  });
  expect([...perChannel.data]).toEqual([64, -127, 40, 127]);
  const perTensor = quantizeWeights('test', weights, undefined, 0, 'per-tensor', 1).weights;
  expect(perTensor.quantization).toEqual({ scales: [1], zeroPoints: [0] });
  expect([...perTensor.data]).toEqual([0, 0, 40, 127]);
});

test('a bias is in steps of input scale times weight scale', () => {
  const { bias } = quantizeWeights('test', tensor([2, 1], [1.27, 2.54]), tensor([2], [0.5, -3]), 0, 'per-channel', 0.5);
  expect(bias!.dtype).toBe('int32');
  expect(bias!.quantization!.scales[0]).toBeCloseTo(0.005, 8);
  expect(bias!.quantization!.scales[1]).toBeCloseTo(0.01, 8);
  expect([...bias!.data]).toEqual([100, -300]);
});

test('no bias overflows, however small the weights', () => {
  const bias = fc.float({ min: -1e6, max: 1e6, noNaN: true });
  const magnitude = fc.float({ min: 0, max: Math.fround(1e-4), noNaN: true });
  const inputScale = fc.float({ min: Math.fround(1e-6), max: 10, noNaN: true });
  fc.assert(
    fc.property(
      fc.tuple(bias, bias),
      fc.tuple(magnitude, magnitude),
      inputScale,
      granularity,
      (biases, data, scale, granularity) => {
        const result = quantizeWeights('test', tensor([2, 1], data), tensor([2], biases), 0, granularity, scale);
        result.bias!.data.forEach((code, channel) => {
          const step = scaleAt(result.bias!.quantization!, channel);
          expect(Math.abs(code)).toBeLessThanOrEqual(2 ** 30);
          expect(Math.abs(code * step - biases[channel])).toBeLessThanOrEqual(0.5 * step * (1 + 1e-6));
        });
      },
    ),
  );
});

test('a channel without weights keeps a fine bias', () => {
  const { bias } = quantizeWeights('test', tensor([1, 2], [0, 0]), tensor([1], [0.3]), 0, 'per-channel', 0.9);
  expect(Math.abs(bias!.data[0] * bias!.quantization!.scales[0] - 0.3)).toBeLessThan(1e-6);
});

test('weights that are not finite are refused by name', () => {
  const act = (): unknown => quantizeWeights('conv2d "stem"', tensor([1, 1], [NaN]), undefined, 0, 'per-channel', 1);
  expect(act).toThrow(NumericError);
  expect(act).toThrow(/conv2d "stem" hold NaN/);
});
