import type { Activation } from '../ops/lib/activation.ts';
import { rowLength } from '../tensor/shape.ts';
import { weightParameters, type WeightOptions } from './parameter.ts';
import { callLayer, type LayerFunction, type LayerOptions } from './value.ts';

export interface DenseOptions extends LayerOptions, WeightOptions {
  /** Output features. */
  readonly units: number;
  /** Default `none`. */
  readonly activation?: Activation;
}

/** Fully connected layer on the last axis. [..., K] → [..., units]; weights [units, K], bias [units]. */
export function dense(options: DenseOptions): LayerFunction {
  const { units, activation = 'none', name } = options;
  const where = `matmul "${name ?? 'dense'}"`;
  return (x) => {
    const features = rowLength(x.type.shape);
    const parameters = weightParameters(where, options, [units, features], units, { fanIn: features, fanOut: units });
    return callLayer({
      op: 'matmul',
      baseName: 'dense',
      name,
      attributes: { activation },
      operands: [x, ...parameters],
    });
  };
}
