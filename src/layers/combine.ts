import type { Activation } from '../ops/lib/activation.ts';
import { callLayer, type LayerFunction, type LayerOptions, type SymbolicValue } from './value.ts';

export interface AddOptions extends LayerOptions {
  /** Default `none`. */
  readonly activation?: Activation;
}

export interface ConcatOptions extends AddOptions {
  /** Negative axes count from the end. Default −1, the channels. */
  readonly axis?: number;
}

/** a + b; sizes are equal or 1 (NumPy broadcasting). */
export function add({ name, activation = 'none' }: AddOptions = {}): LayerFunction<[SymbolicValue, SymbolicValue]> {
  return (a, b) => callLayer({ op: 'add', name, attributes: { activation }, operands: [a, b] });
}

/** Joins values along an axis; the other axes are equal. */
export function concat(options: ConcatOptions = {}): LayerFunction<[SymbolicValue, ...SymbolicValue[]]> {
  const { name, axis = -1, activation = 'none' } = options;
  return (...values) => callLayer({ op: 'concat', name, attributes: { axis, activation }, operands: values });
}
