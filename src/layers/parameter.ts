import { ShapeError } from '../errors.ts';
import type { TensorData } from '../tensor/dtype.ts';
import type { Random } from '../tensor/random.ts';
import { elementCount, formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Parameter } from './value.ts';

/** Weights as the caller has them: a dense row-major float32 array, or a tensor whose shape is checked too. */
export type WeightData = Float32Array | Tensor;

/**
 * How weights are drawn when none are given: Gaussian with variance 2 / fanIn (`he`, for layers before a ReLU) or
 * 2 / (fanIn + fanOut) (`glorot`).
 * @see He et al. 2015, arXiv:1502.01852; Glorot and Bengio 2010
 */
export type Initializer = 'he' | 'glorot';

/** Options of layers that have weights. */
export interface WeightOptions {
  /** The weights; drawn from the graph's seed when absent. */
  readonly weights?: WeightData;
  /** The bias, one number per output channel; `true` (default) starts at zero, `false` is no bias. */
  readonly bias?: WeightData | boolean;
  /** Default `he`. */
  readonly initializer?: Initializer;
}

/**
 * The weights and bias of one layer call.
 * @param weightShape [outputs, …] or, for depthwise convolutions, [1, kH, kW, outputs]
 * @param fans products of the sizes that one output sums over, and that one input feeds
 */
export function weightParameters(
  where: string,
  options: WeightOptions,
  weightShape: Shape,
  outputs: number,
  fans: { readonly fanIn: number; readonly fanOut: number },
): readonly [Parameter, Parameter | undefined] {
  const { weights, bias = true, initializer = 'he' } = options;
  const variance = 2 / (initializer === 'he' ? fans.fanIn : fans.fanIn + fans.fanOut);
  return [
    parameter(where, 'weights', weightShape, weights ?? gaussian(weightShape, Math.sqrt(variance))),
    bias === false ? undefined : parameter(where, 'bias', [outputs], bias === true ? new Float32Array(outputs) : bias),
  ];
}

function gaussian(shape: Shape, deviation: number): (random: Random) => Float32Array {
  return (random) => Float32Array.from({ length: elementCount(shape) }, () => random.normal(0, deviation));
}

/** Numbers of a layer: those that were given, checked, or how to draw them. */
export function parameter(
  where: string,
  role: string,
  shape: Shape,
  given: WeightData | ((random: Random) => TensorData),
): Parameter {
  if (typeof given === 'function') return { kind: 'parameter', role, type: { dtype: 'float32', shape }, data: given };
  const data = given instanceof Float32Array ? given : given.data;
  if (!(data instanceof Float32Array)) {
    throw new ShapeError(
      `${where}: the ${role} are ${(given as Tensor).dtype}, the builder takes float32. Use quantize() on the graph for int8.`,
    );
  }
  if (!(given instanceof Float32Array) && !sameShape(given.shape, shape)) {
    throw new ShapeError(
      `${where}: the ${role} have shape ${formatShape(given.shape)}, this layer needs ${formatShape(shape)}. Transpose or reshape them.`,
    );
  }
  if (data.length !== elementCount(shape)) {
    throw new ShapeError(
      `${where}: the ${role} have ${data.length} numbers, shape ${formatShape(shape)} needs ${elementCount(shape)}.`,
    );
  }
  return { kind: 'parameter', role, type: { dtype: 'float32', shape }, data };
}
