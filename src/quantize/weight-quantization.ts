import { NumericError } from '../errors.ts';
import { chooseSymmetric, type Quantization, quantizeValue, roundTiesEven } from '../tensor/quantization.ts';
import { elementCount } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** One scale for each output channel, or one for the whole tensor. */
export type WeightGranularity = 'per-channel' | 'per-tensor';

/** The weights and bias of one node as codes. */
export interface QuantizedWeights {
  readonly weights: Tensor;
  readonly bias: Tensor | undefined;
}

/**
 * A bias code stays within ±2³⁰, so that adding the products cannot overflow an int32; 2⁸ of that are for the rounding
 * of the scales to float32.
 */
const maxBiasCode = 2 ** 30 - 2 ** 8;

/** Code of the bias where all weights are zero and leave the scale free: fine steps, and exact in float32. */
const loneBiasCode = 2 ** 20;

const smallestNormalFloat32 = 2 ** -126;

/**
 * Weights as symmetric int8 (±127), bias as int32 in steps of inputScale · weightScale.
 * Where the bias would leave ±2³⁰, the weight scale is widened until it fits: small weights lose precision there, which
 * is the lesser harm, since the bias outweighs them.
 * @param weights float32
 * @param bias float32, one number for each index of `axis`
 * @param axis the output channels
 * @throws NumericError when a number is not finite
 */
export function quantizeWeights(
  where: string,
  weights: Tensor,
  bias: Tensor | undefined,
  axis: number,
  granularity: WeightGranularity,
  inputScale: number,
): QuantizedWeights {
  const channelOf = channelIndex(weights.shape, axis);
  const channels = weights.shape[axis];
  const groups = granularity === 'per-channel' ? channels : 1;
  const groupOf = groups === 1 ? () => 0 : channelOf;

  const magnitudes = new Float64Array(groups);
  for (let index = 0; index < weights.data.length; index++) {
    magnitudes[groupOf(index)] = largest(magnitudes[groupOf(index)], weights.data[index], where);
  }
  const biasMagnitudes = new Float64Array(groups);
  bias?.data.forEach((value, channel) => {
    const group = groups === 1 ? 0 : channel;
    biasMagnitudes[group] = largest(biasMagnitudes[group], value, where);
  });
  const scales = Array.from(magnitudes, (magnitude, group) =>
    chooseScale(magnitude, biasMagnitudes[group], inputScale),
  );

  const codes = Int8Array.from(weights.data, (value, index) =>
    quantizeValue(value, scales[groupOf(index)], 0, -127, 127),
  );
  const quantization = symmetric(scales, groups === 1 ? undefined : axis);
  return {
    weights: { dtype: 'int8', shape: weights.shape, quantization, data: codes },
    bias: bias && quantizeBias(bias, scales, inputScale),
  };
}

function chooseScale(magnitude: number, biasMagnitude: number, inputScale: number): number {
  // Weights too small for a scale are zeros.
  const isZero = magnitude / 127 < smallestNormalFloat32;
  const scale = isZero ? biasMagnitude / (loneBiasCode * inputScale) || 1 : chooseSymmetric(magnitude).scales[0];
  // The second keeps the bias's own scale a normal float32.
  const least = Math.max(biasMagnitude / (maxBiasCode * inputScale), smallestNormalFloat32 / inputScale);
  return Math.fround(Math.max(scale, least));
}

function quantizeBias(bias: Tensor, weightScales: readonly number[], inputScale: number): Tensor {
  const scales = weightScales.map((scale) => Math.fround(scale * inputScale));
  const data = Int32Array.from(bias.data, (value, channel) =>
    roundTiesEven(value / scales[scales.length === 1 ? 0 : channel]),
  );
  return {
    dtype: 'int32',
    shape: bias.shape,
    quantization: symmetric(scales, scales.length === 1 ? undefined : 0),
    data,
  };
}

function symmetric(scales: readonly number[], axis: number | undefined): Quantization {
  const zeroPoints = scales.map(() => 0);
  return axis === undefined ? { scales, zeroPoints } : { scales, zeroPoints, axis };
}

/** From an element's index to its index along the axis. */
function channelIndex(shape: readonly number[], axis: number): (index: number) => number {
  const inner = elementCount(shape.slice(axis + 1));
  return (index) => Math.floor(index / inner) % shape[axis];
}

function largest(magnitude: number, value: number, where: string): number {
  if (!Number.isFinite(value)) {
    throw new NumericError(`quantize: the weights of ${where} hold ${value}. Retrain or repair the model.`);
  }
  return Math.max(magnitude, Math.abs(value));
}
