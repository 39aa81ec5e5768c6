import { NumericError } from '../../errors.ts';
import { type Quantization, scaleAt, zeroPointAt } from '../../tensor/quantization.ts';
import { accumulatorMultiplier, encodeMultiplier, type Multiplier, type Rounding } from '../../tensor/requantize.ts';

/** What the int32 accumulators of an int8 layer need to become codes. */
export interface LayerQuantization {
  readonly input: Quantization;
  readonly weights: Quantization;
  /** Of the layer's own result, before anything fused after it. */
  readonly output: Quantization;
  readonly rounding: Rounding;
}

/** Multiplier of one output channel: xScale · wScale / yScale. */
export function channelMultiplier(quantization: LayerQuantization, channel: number): Multiplier {
  const { input, weights, output, rounding } = quantization;
  const real = accumulatorMultiplier(scaleAt(input, 0), scaleAt(weights, channel), scaleAt(output, 0), rounding);
  return encodeMultiplier(real, rounding);
}

/** Sums over the real weights of one output channel, zero point subtracted. */
export interface WeightSums {
  /** Σ (w − zw) */
  readonly sum: Float64Array;
  /** Σ |w − zw| */
  readonly magnitude: Float64Array;
}

/**
 * @param channelOf output channel of a weight by its index
 */
export function weightSums(
  weights: Int8Array,
  quantization: Quantization,
  channels: number,
  channelOf: (index: number) => number,
): WeightSums {
  const sum = new Float64Array(channels);
  const magnitude = new Float64Array(channels);
  for (let i = 0; i < weights.length; i++) {
    const channel = channelOf(i);
    const weight = weights[i] - zeroPointAt(quantization, channel);
    sum[channel] += weight;
    magnitude[channel] += Math.abs(weight);
  }
  return { sum, magnitude };
}

/**
 * Per quad of output channels four vec4<i32>: the bias with the input's zero point folded in (bias − zx · Σ (w − zw)), the
 * multiplier's bits, its shift, and the weights' zero points.
 * @param lanes quads, padded; at least ⌈channels / 4⌉
 * @throws NumericError when an accumulator could leave int32, or a multiplier cannot be encoded
 */
export function channelParameters(
  where: string,
  bias: Int32Array | undefined,
  sums: WeightSums,
  quantization: LayerQuantization,
  lanes: number,
): Int32Array {
  const parameters = new Int32Array(lanes * 16);
  const inputZeroPoint = zeroPointAt(quantization.input, 0);
  const largestInput = Math.max(127 - inputZeroPoint, inputZeroPoint + 128);
  for (let channel = 0; channel < sums.sum.length; channel++) {
    const channelBias = bias?.[channel] ?? 0;
    const bound = sums.magnitude[channel] * largestInput + Math.abs(channelBias);
    if (bound >= 2 ** 31) {
      throw new NumericError(
        `${where}: the sum of output channel ${channel} can reach ±${bound}, beyond int32 (bias ${channelBias}). Use a larger weight scale for this channel, or fewer inputs.`,
      );
    }
    const { bits, shift } = channelMultiplier(quantization, channel);
    const at = (channel >> 2) * 16 + (channel & 3);
    // The fold may leave int32 where the whole sum does not; wrapping around here and in the shader cancels.
    parameters[at] = channelBias - inputZeroPoint * sums.sum[channel];
    parameters[at + 4] = bits;
    parameters[at + 8] = shift;
    parameters[at + 12] = zeroPointAt(quantization.weights, channel);
  }
  return parameters;
}

/** The bias of a float layer, padded to whole quads; zeros when there is none. */
export function floatBias(bias: Float32Array | undefined, lanes: number): Float32Array {
  const padded = new Float32Array(lanes * 4);
  if (bias !== undefined) padded.set(bias);
  return padded;
}
