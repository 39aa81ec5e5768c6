import type { Activation } from '../ops/lib/activation.ts';
import { reshape } from './arrange.ts';
import { callLayer, innerName, type LayerFunction, type LayerOptions } from './value.ts';
import { bothAxes, type Pair, type Padding, requireImage, resolvePadding } from './window.ts';

export interface Pool2dOptions extends LayerOptions {
  /** Height and width of the window in pixels. */
  readonly size: Pair;
  /** Default: the size, so that windows do not overlap. */
  readonly stride?: Pair;
  /** Default `valid`. */
  readonly padding?: Padding;
  /** Default `none`. */
  readonly activation?: Activation;
}

export interface MeanOptions extends LayerOptions {
  /** Axes to average over; negative ones count from the end. */
  readonly axes: readonly number[];
  /** Keep the averaged axes with size 1. Default false. */
  readonly keepDims?: boolean;
}

/** Average over windows; padding is not counted. [N, H, W, C] → [N, H', W', C]. */
export function averagePool2d(options: Pool2dOptions): LayerFunction {
  return pool2d('average-pool2d', options);
}

/** Maximum over windows. [N, H, W, C] → [N, H', W', C]. */
export function maxPool2d(options: Pool2dOptions): LayerFunction {
  return pool2d('max-pool2d', options);
}

/** Average over whole axes. */
export function mean({ axes, keepDims = false, name }: MeanOptions): LayerFunction {
  return (x) => callLayer({ op: 'mean', name, attributes: { axes, keepDims }, operands: [x] });
}

/** Average of each channel over the image. [N, H, W, C] → [N, C]. */
export function globalAveragePool2d(options: LayerOptions = {}): LayerFunction {
  return (x) => {
    requireImage(`mean "${options.name ?? 'mean'}"`, x.type.shape);
    return mean({ ...options, axes: [1, 2] })(x);
  };
}

/** Maximum of each channel over the image. [N, H, W, C] → [N, C]. The name is that of the result. */
export function globalMaxPool2d({ name }: LayerOptions = {}): LayerFunction {
  const poolName = innerName(name, 'pool');
  return (x) => {
    const [batch, height, width, channels] = requireImage(`max-pool2d "${poolName ?? 'max_pool2d'}"`, x.type.shape);
    const pooled = maxPool2d({ name: poolName, size: [height, width] })(x);
    return reshape({ name, shape: [batch, channels] })(pooled);
  };
}

function pool2d(op: string, options: Pool2dOptions): LayerFunction {
  const { name, activation = 'none' } = options;
  const where = `${op} "${name ?? op}"`;
  const size = bothAxes(where, 'size', options.size);
  const strides = bothAxes(where, 'stride', options.stride ?? options.size);
  return (x) => {
    requireImage(where, x.type.shape);
    const padding = resolvePadding(options.padding ?? 'valid', x.type.shape, size, strides);
    return callLayer({ op, name, attributes: { size, strides, padding, activation }, operands: [x] });
  };
}
