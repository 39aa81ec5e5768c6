import { NumericError } from '../../errors.ts';
import { codeRange } from '../../tensor/dtype.ts';
import { type Quantization, scaleAt, zeroPointAt } from '../../tensor/quantization.ts';
import {
  accumulatorMultiplier,
  encodeMultiplier,
  float32Bits,
  float32FromBits,
  type Multiplier,
  type Rounding,
} from '../../tensor/requantize.ts';
import { type Activation, activationCodes } from './activation.ts';

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

/** The constant numbers of an int8 layer by output channel. */
interface ChannelNumbers {
  /** bias − zx · Σ (w − zw): with it the sum may run over codes as they are. It may leave int32; see channelParameters. */
  readonly biases: Float64Array;
  /** Of the multipliers: bits, then shift, of each channel. */
  readonly multipliers: Int32Array;
}

/** What a layer's weights say about its sums. */
export interface ChannelSummary {
  /**
   * Whether float32 carries every sum exactly to the code: no partial sum of codes and bias exceeds 2²⁴, nor a scaled
   * sum 2²², and the multipliers can be scaled by 2⁴⁸. Only for the `float` rounding mode.
   */
  readonly isShort: boolean;
  /** Computed anew, not kept: a layer can have far more channels than a program should hold in memory until it loads. */
  readonly numbers: () => ChannelNumbers;
}

/** What the sums of each output channel's weights come to. */
export interface ChannelSums {
  /** Σ (w − zw). */
  readonly sums: Float64Array;
  /** Σ |w − zw|. */
  readonly centeredMagnitudes: Float64Array;
  /** Σ |w|. */
  readonly magnitudes: Float64Array;
}

/** @param run how many weights in a row belong to one output channel, before those of the next one */
export function channelSums(codes: Int8Array, run: number, weights: Quantization, channels: number): ChannelSums {
  const sums = new Float64Array(channels);
  const centeredMagnitudes = new Float64Array(channels);
  const magnitudes = new Float64Array(channels);
  for (let start = 0, channel = 0; start < codes.length; start += run, channel = (channel + 1) % channels) {
    const zeroPoint = zeroPointAt(weights, channel);
    let [sum, centeredMagnitude, magnitude] = [0, 0, 0];
    for (let i = start; i < start + run; i++) {
      const code = codes[i];
      sum += code;
      centeredMagnitude += Math.abs(code - zeroPoint);
      magnitude += Math.abs(code);
    }
    sums[channel] += sum - run * zeroPoint;
    centeredMagnitudes[channel] += centeredMagnitude;
    magnitudes[channel] += magnitude;
  }
  return { sums, centeredMagnitudes, magnitudes };
}

/**
 * @param weights codes; asked for anew where they are needed again, for they may be an ordered copy
 * @param run how many weights in a row belong to one output channel, before those of the next one
 * @param products that a sum runs over, padding included
 * @throws NumericError when an accumulator could leave int32, or a multiplier cannot be encoded
 */
export function summarizeChannels(
  where: string,
  weights: () => Int8Array,
  run: number,
  bias: Int32Array | undefined,
  quantization: LayerQuantization,
  channels: number,
  products: number,
): ChannelSummary {
  const compute = (): ChannelNumbers & { readonly isShort: boolean } => {
    // The sums become the biases.
    const {
      sums: biases,
      centeredMagnitudes,
      magnitudes,
    } = channelSums(weights(), run, quantization.weights, channels);
    const inputZeroPoint = zeroPointAt(quantization.input, 0);
    const largestInput = Math.max(127 - inputZeroPoint, inputZeroPoint + 128);
    const multipliers = new Int32Array(2 * channels);
    let isShort = quantization.rounding === 'float';
    for (let channel = 0; channel < channels; channel++) {
      const channelBias = bias?.[channel] ?? 0;
      const bound = centeredMagnitudes[channel] * largestInput + Math.abs(channelBias);
      if (bound >= 2 ** 31) {
        throw new NumericError(
          `${where}: the sum of output channel ${channel} can reach ±${bound}, beyond int32 (bias ${channelBias}). Use a larger weight scale for this channel, or fewer inputs.`,
        );
      }
      biases[channel] = channelBias - inputZeroPoint * biases[channel];
      const multiplier = channelMultiplier(quantization, channel);
      multipliers.set([multiplier.bits, multiplier.shift], 2 * channel);
      const zeroPoint = Math.abs(zeroPointAt(quantization.weights, channel));
      // Σ a·w and zw · Σ a are summed apart, and what pads the sum has weights of zw.
      const partial = 128 * (magnitudes[channel] + 2 * zeroPoint * products) + Math.abs(biases[channel]);
      isShort &&= partial < 2 ** 24 && isShortMultiplier(multiplier, partial);
    }
    return { biases, multipliers, isShort };
  };
  return { isShort: compute().isShort, numbers: compute };
}

function isShortMultiplier({ bits }: Multiplier, bound: number): boolean {
  const real = float32FromBits(bits);
  return bound * real < 2 ** 22 && (real === 0 || real > 2 ** -70);
}

/** vec4<i32> that `channelParameters` makes. */
export function channelParameterCount(lanes: number): number {
  return 1 + lanes * 4;
}

/**
 * What `output-int8.wgsl` reads. First the output's zero point, the smallest and largest code the activation allows, and
 * the input's zero point in all four codes of a word. Then per quad of output channels four vec4<i32>: the folded bias,
 * the multiplier's bits, its shift, and the weights' zero points.
 * @param isShort for `output-int8-short.wgsl`: float32 bits of bias · 2⁴⁸, multiplier / 2⁴⁸ and zero points
 * @param lanes quads, padded; at least ⌈channels / 4⌉
 */
export function channelParameters(
  summary: ChannelSummary,
  quantization: LayerQuantization,
  activation: Activation,
  isShort: boolean,
  lanes: number,
): Int32Array {
  const parameters = new Int32Array(channelParameterCount(lanes) * 4);
  const [low, high] = activationCodes(activation, quantization.output, codeRange('int8'));
  const paddingCode = zeroPointAt(quantization.input, 0) & 0xff;
  parameters.set([zeroPointAt(quantization.output, 0), low, high, paddingCode * 0x01010101]);
  const { biases, multipliers } = summary.numbers();
  for (let channel = 0; channel < biases.length; channel++) {
    const at = 4 + (channel >> 2) * 16 + (channel & 3);
    const bias = biases[channel];
    const bits = multipliers[2 * channel];
    const zeroPoint = zeroPointAt(quantization.weights, channel);
    // A folded bias may leave int32 where the whole sum does not; wrapping around here and in the shader cancels.
    parameters[at] = isShort ? float32Bits(bias * 2 ** 48) : bias;
    parameters[at + 4] = isShort ? float32Bits(float32FromBits(bits) * 2 ** -48) : bits;
    parameters[at + 8] = multipliers[2 * channel + 1];
    parameters[at + 12] = isShort ? float32Bits(zeroPoint) : zeroPoint;
  }
  return parameters;
}

/** vec4<f32> that `floatParameters` makes. */
export function floatParameterCount(scales: Quantization | undefined, lanes: number): number {
  return scales === undefined ? lanes : 2 * lanes;
}

/**
 * What `output-float.wgsl` reads: the bias of each quad of output channels, zeros when there is none.
 * @param scales where weights are codes, for `output-float-scaled.wgsl`: per quad the bias, then the weights' scales
 * @param lanes quads, padded
 */
export function floatParameters(
  bias: Float32Array | undefined,
  scales: Quantization | undefined,
  channels: number,
  lanes: number,
): Float32Array {
  const parameters = new Float32Array(floatParameterCount(scales, lanes) * 4);
  const pitch = parameters.length / lanes;
  for (let channel = 0; channel < channels; channel++) {
    const at = (channel >> 2) * pitch + (channel & 3);
    parameters[at] = bias?.[channel] ?? 0;
    if (scales !== undefined) parameters[at + 4] = scaleAt(scales, channel);
  }
  return parameters;
}
