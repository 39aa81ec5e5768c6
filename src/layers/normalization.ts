import { ShapeError } from '../errors.ts';
import { elementCount, formatShape, rowLength } from '../tensor/shape.ts';
import { reshape, transpose } from './arrange.ts';
import { parameter, type WeightData } from './parameter.ts';
import { callMore } from './call-more.ts';
import { callLayer, innerName, type LayerFunction, type LayerOptions, type Parameter } from './value.ts';

export interface NormOptions extends LayerOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** A factor for each channel; `true` (default) starts at one, `false` is none. */
  readonly scale?: WeightData | boolean;
  /** A number for each channel, added at the end; `true` (default) starts at zero, `false` is none. */
  readonly bias?: WeightData | boolean;
}

export interface GroupNormOptions extends NormOptions {
  /** Into how many groups the channels are divided. */
  readonly groups: number;
}

/** Normalization of each row, the last axis, by its mean and variance. [..., C] → [..., C]; scale [C], bias [C]. */
export function layerNorm(options: NormOptions = {}): LayerFunction {
  return rowNorm('layer_norm', true, options);
}

/** Normalization of each row by its root mean square. [..., C] → [..., C]; scale [C], bias [C], by default none. */
export function rmsNorm(options: NormOptions = {}): LayerFunction {
  return rowNorm('rms_norm', false, { bias: false, ...options });
}

/**
 * Normalization of each group of channels by its mean and variance over all places; the name is that of the result.
 * [N, ..., C] → [N, ..., C]; `<name>/scale/scale` [C], `<name>/bias` [C].
 * @throws ShapeError when the groups do not divide the channels
 */
export function groupNorm(options: GroupNormOptions): LayerFunction {
  const { groups, name, epsilon } = options;
  const where = `group-norm "${name ?? 'group_norm'}"`;
  return (x) => {
    const { shape } = x.type;
    const channels = rowLength(shape);
    if (shape.length < 2 || !Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
      throw new ShapeError(
        `${where}: ${groups} groups do not divide the ${channels} channels of ${formatShape(shape)}. Choose a divisor.`,
      );
    }
    const [scale, bias] = affineParameters(where, options, channels);
    // A row for each group of each index of the batch.
    const places = elementCount(shape.slice(1, -1));
    const exchange = transpose({ permutation: [0, 2, 1, 3] });
    const grouped = exchange(reshape({ shape: [shape[0], places, groups, channels / groups] })(x));
    const rows = reshape({ shape: [shape[0], groups, (places * channels) / groups] })(grouped);
    const normalized = layerNorm({ scale: false, bias: false, ...(epsilon !== undefined && { epsilon }) })(rows);
    const apart = exchange(reshape({ shape: grouped.type.shape })(normalized));
    const attributes = { activation: 'none' };
    let y = reshape({ name: scale || bias ? undefined : name, shape })(apart);
    if (scale) {
      y = callLayer({ op: 'mul', name: bias ? innerName(name, 'scale') : name, attributes, operands: [y, scale] });
    }
    if (bias) y = callLayer({ op: 'add', name, attributes, operands: [y, bias] });
    return y;
  };
}

/** Normalization of each channel by its mean and variance over all places. [N, ..., C] → [N, ..., C], as in groupNorm. */
export function instanceNorm(options: NormOptions = {}): LayerFunction {
  return (x) => groupNorm({ ...options, groups: rowLength(x.type.shape) })(x);
}

function rowNorm(baseName: string, subtractsMean: boolean, options: NormOptions): LayerFunction {
  const { epsilon = 1e-5, name } = options;
  return (x) => {
    const where = `layer-norm "${name ?? baseName}"`;
    const parameters = affineParameters(where, options, rowLength(x.type.shape));
    const attributes = { epsilon, subtractsMean };
    return callMore({ op: 'layer-norm', baseName, name, attributes, operands: [x, ...parameters] });
  };
}

function affineParameters(
  where: string,
  { scale = true, bias = true }: NormOptions,
  channels: number,
): readonly [Parameter | undefined, Parameter | undefined] {
  const of = (role: string, given: WeightData | boolean, start: number): Parameter | undefined =>
    given === false
      ? undefined
      : parameter(where, role, [channels], given === true ? new Float32Array(channels).fill(start) : given);
  return [of('scale', scale, 1), of('bias', bias, 0)];
}
