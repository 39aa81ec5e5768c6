import { ShapeError } from '../errors.ts';
import type { Activation } from '../ops/lib/activation.ts';
import { weightParameters, type WeightOptions } from './parameter.ts';
import { callLayer, innerName, type LayerFunction, type LayerOptions } from './value.ts';
import { reshape } from './arrange.ts';
import { bothAxes, type Pair, type Padding, requireImage, requireSequence, resolvePadding } from './window.ts';

/** What both kinds of convolution accept. */
interface WindowOptions extends LayerOptions, WeightOptions {
  /** Height and width of the kernel in pixels. */
  readonly size: Pair;
  /** Default 1. */
  readonly stride?: Pair;
  /** Default 1. */
  readonly dilation?: Pair;
  /** Default `same`. */
  readonly padding?: Padding;
  /** Default `none`. */
  readonly activation?: Activation;
}

export interface Conv2dOptions extends WindowOptions {
  /** Output channels. */
  readonly filters: number;
  /** Independent groups of channels; divides the channels and the filters. Default 1. */
  readonly groups?: number;
}

export interface DepthwiseConv2dOptions extends WindowOptions {
  /** Filters per input channel. Default 1. */
  readonly multiplier?: number;
}

export interface Conv1dOptions extends LayerOptions, WeightOptions {
  /** Output channels. */
  readonly filters: number;
  /** Steps that the kernel spans. */
  readonly size: number;
  /** Default 1. */
  readonly stride?: number;
  /** Default 1. */
  readonly dilation?: number;
  /** `same` (default), `valid`, or steps before and after; `causal` puts all of `same` before. */
  readonly padding?: 'same' | 'valid' | 'causal' | readonly [before: number, after: number];
  /** Independent groups of channels; divides the channels and the filters. Default 1. */
  readonly groups?: number;
  /** Default `none`. */
  readonly activation?: Activation;
}

/**
 * Two-dimensional convolution.
 * [N, H, W, C] → [N, H', W', filters]; weights [filters, kH, kW, C / groups], bias [filters].
 */
export function conv2d(options: Conv2dOptions): LayerFunction {
  const { filters, groups = 1, name } = options;
  const where = `conv2d "${name ?? 'conv2d'}"`;
  const window = windowOf(where, options);
  return (x) => {
    const channels = requireImage(where, x.type.shape)[3];
    if (channels % groups !== 0 || filters % groups !== 0) {
      throw new ShapeError(
        `${where}: ${groups} groups do not divide ${channels} channels and ${filters} filters. Choose a common divisor.`,
      );
    }
    const taps = window.size[0] * window.size[1];
    const parameters = weightParameters(where, options, [filters, ...window.size, channels / groups], filters, {
      fanIn: (taps * channels) / groups,
      fanOut: (taps * filters) / groups,
    });
    const { strides, dilations, activation } = window;
    const padding = resolvePadding(options.padding ?? 'same', x.type.shape, window.size, strides, dilations);
    return callLayer({
      op: 'conv2d',
      name,
      attributes: { strides, dilations, padding, groups, activation },
      operands: [x, ...parameters],
    });
  };
}

/**
 * Convolution of each channel on its own.
 * [N, H, W, C] → [N, H', W', C · multiplier]; weights [1, kH, kW, C · multiplier], bias [C · multiplier];
 * output channel c · multiplier + m belongs to input channel c.
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): LayerFunction {
  const { multiplier = 1, name } = options;
  const where = `depthwise-conv2d "${name ?? 'depthwise_conv2d'}"`;
  const window = windowOf(where, options);
  return (x) => {
    const channels = requireImage(where, x.type.shape)[3] * multiplier;
    const taps = window.size[0] * window.size[1];
    const parameters = weightParameters(where, options, [1, ...window.size, channels], channels, {
      fanIn: taps,
      fanOut: taps * multiplier,
    });
    const { strides, dilations, activation } = window;
    const padding = resolvePadding(options.padding ?? 'same', x.type.shape, window.size, strides, dilations);
    return callLayer({
      op: 'depthwise-conv2d',
      name,
      attributes: { strides, dilations, padding, activation },
      operands: [x, ...parameters],
    });
  };
}

/**
 * One-dimensional convolution, as a two-dimensional one of a single row; the name is that of the result.
 * [N, L, C] → [N, L', filters]; weights `<name>/conv2d/weights` [filters, 1, size, C / groups], bias [filters].
 */
export function conv1d(options: Conv1dOptions): LayerFunction {
  const { name, size, stride = 1, dilation = 1, padding = 'same' } = options;
  const along = (of: readonly [number, number]): Padding => [0, of[0], 0, of[1]];
  return (x) => {
    const [batch, length, channels] = requireSequence(`conv1d "${name ?? 'conv1d'}"`, x.type.shape);
    const convolution = conv2d({
      ...options,
      name: innerName(name, 'conv2d'),
      size: [1, size],
      stride: [1, stride],
      dilation: [1, dilation],
      padding:
        padding === 'causal'
          ? along([(size - 1) * dilation, 0])
          : typeof padding === 'string'
            ? padding
            : along(padding),
    });
    const y = convolution(reshape({ name: innerName(name, 'row'), shape: [batch, 1, length, channels] })(x));
    const [, , steps, filters] = y.type.shape;
    return reshape({ name, shape: [batch, steps, filters] })(y);
  };
}

function windowOf(where: string, { size, stride = 1, dilation = 1, activation = 'none' }: WindowOptions) {
  return {
    size: bothAxes(where, 'size', size),
    strides: bothAxes(where, 'stride', stride),
    dilations: bothAxes(where, 'dilation', dilation),
    activation,
  };
}
