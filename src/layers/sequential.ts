import { ShapeError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Shape } from '../tensor/shape.ts';
import { assemble, type GraphOptions } from './model.ts';
import { input, type LayerFunction } from './value.ts';

/**
 * A graph that is one chain of layers. Its output is named like the last layer.
 *
 *     sequential({ image: [1, 28, 28, 1] }, [conv2d({ filters: 8, size: 3 }), relu(), flatten(), dense({ units: 10 })])
 *
 * @param inputShape the input's name and shape
 * @throws ShapeError when there is not exactly one input, or a layer does not fit the one before it
 */
export function sequential(
  inputShape: Readonly<Record<string, Shape>>,
  layers: readonly LayerFunction[],
  options: GraphOptions = {},
): Graph {
  const entries = Object.entries(inputShape);
  if (entries.length !== 1) {
    throw new ShapeError(
      `sequential: ${entries.length} inputs were given, a chain has one. Use model() for other networks.`,
    );
  }
  const image = input(...entries[0]);
  const output = layers.reduce((value, layer, index) => {
    try {
      return layer(value);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new ShapeError(`sequential, layer ${index + 1} of ${layers.length}: ${error.message}`, { cause: error });
    }
  }, image);
  return assemble([image], [[undefined, output]], options);
}
