import { parameter, type WeightData } from './parameter.ts';
import { callLayer, type LayerFunction, type LayerOptions } from './value.ts';

export interface EmbeddingOptions extends LayerOptions {
  /** Rows of the table: what indices may be, from 0 to before it. */
  readonly count: number;
  /** Features of each row. */
  readonly features: number;
  /** The table; drawn from the graph's seed, normally distributed with deviation 0.05, when absent. */
  readonly weights?: WeightData;
}

/**
 * Rows of a table by their indices. An input of type int32 [...] → float32 [..., features]; weights [count, features].
 * Indices outside of the table give its first or last row.
 */
export function embedding({ count, features, weights, name }: EmbeddingOptions): LayerFunction {
  const where = `gather "${name ?? 'embedding'}"`;
  return (indices) => {
    const table = parameter(
      where,
      'weights',
      [count, features],
      weights ?? ((random) => Float32Array.from({ length: count * features }, () => random.normal(0, 0.05))),
    );
    return callLayer({
      op: 'gather',
      baseName: 'embedding',
      name,
      attributes: { axis: 0 },
      operands: [table, indices],
    });
  };
}
