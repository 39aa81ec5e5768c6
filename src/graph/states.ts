import { ShapeError } from '../errors.ts';
import { emptyTensor, type Tensor } from '../tensor/tensor.ts';
import { sameShape } from '../tensor/shape.ts';
import type { Graph } from './graph.ts';

/** What the inputs that hold a state are in the first run of a stream, by name. */
export function firstStates({ states = [], values }: Pick<Graph, 'states' | 'values'>): Record<string, Tensor> {
  return Object.fromEntries(
    states.map(({ input, first }) => {
      const type = values[input];
      if (first !== undefined && sameShape(first.shape, type.shape)) return [input, { ...first, ...type }];
      if (first?.data.some((value) => value !== 0)) {
        throw new ShapeError(`input "${input}": its first state is one of another batch. Give the state.`);
      }
      const zeros = emptyTensor(type);
      // The codes of zero.
      zeros.data.fill(type.quantization?.zeroPoints[0] ?? 0);
      return [input, zeros];
    }),
  );
}

/**
 * What a run remembers for the next one of its stream: `session.run({ audio, ...nextStates(session.graph, results) })`.
 * A run that is given no states begins a new stream.
 * @param results of a run, on the host or on the device
 * @returns for each input that holds a state what the run left in the output that belongs to it
 */
export function nextStates<T>(
  { states = [] }: Pick<Graph, 'states'>,
  results: Readonly<Record<string, T>>,
): Record<string, T> {
  return Object.fromEntries(states.map(({ input, output }) => [input, results[output]]));
}
