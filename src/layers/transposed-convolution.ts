import type { Activation } from '../ops/lib/activation.ts';
import { callMore } from './call-more.ts';
import { weightParameters, type WeightOptions } from './parameter.ts';
import type { LayerFunction, LayerOptions } from './value.ts';
import { bothAxes, type Pair, type Padding, requireImage, resolveCut } from './window.ts';

export interface ConvTranspose2dOptions extends LayerOptions, WeightOptions {
  /** Output channels. */
  readonly filters: number;
  /** Height and width of the kernel in pixels. */
  readonly size: Pair;
  /** How many times larger the output is; at most twice the kernel. Default 1. */
  readonly stride?: Pair;
  /**
   * What is cut off the full output of (H − 1) · stride + size pixels: `valid` nothing, `same` (default) what makes it
   * stride times the input. Negative numbers add pixels that hold the bias.
   */
  readonly padding?: Padding;
  /** Default `none`. */
  readonly activation?: Activation;
}

/**
 * Transposed two-dimensional convolution, which enlarges an image.
 * [N, H, W, C] → [N, H', W', filters]; weights [filters, kH, kW, C], bias [filters].
 */
export function convTranspose2d(options: ConvTranspose2dOptions): LayerFunction {
  const { filters, name, activation = 'none', padding = 'same' } = options;
  const where = `conv-transpose2d "${name ?? 'conv_transpose2d'}"`;
  const size = bothAxes(where, 'size', options.size);
  const strides = bothAxes(where, 'stride', options.stride ?? 1);
  return (x) => {
    const channels = requireImage(where, x.type.shape)[3];
    const taps = size[0] * size[1];
    const parameters = weightParameters(where, options, [filters, ...size, channels], filters, {
      fanIn: (taps * channels) / (strides[0] * strides[1]),
      fanOut: taps * filters,
    });
    const attributes = { strides, padding: resolveCut(padding, size, strides), activation };
    return callMore({ op: 'conv-transpose2d', name, attributes, operands: [x, ...parameters] });
  };
}
