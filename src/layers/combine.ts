import type { Activation } from '../ops/lib/activation.ts';
import { callLayer, type LayerFunction, type LayerOptions, type SymbolicValue } from './value.ts';

export interface CombineOptions extends LayerOptions {
  /** Default `none`. */
  readonly activation?: Activation;
}

export interface ConcatOptions extends CombineOptions {
  /** Negative axes count from the end. Default −1, the channels. */
  readonly axis?: number;
}

/** A layer of two values, whose sizes are equal or 1 (NumPy broadcasting). */
type BinaryLayer = LayerFunction<[SymbolicValue, SymbolicValue]>;

/** a + b. */
export function add(options: CombineOptions = {}): BinaryLayer {
  return binaryLayer('add', options);
}

/** a − b. */
export function subtract(options: CombineOptions = {}): BinaryLayer {
  return binaryLayer('sub', options);
}

/** a · b, element by element. */
export function multiply(options: CombineOptions = {}): BinaryLayer {
  return binaryLayer('mul', options);
}

/** a / b, element by element. */
export function divide(options: CombineOptions = {}): BinaryLayer {
  return binaryLayer('div', options);
}

/** The smaller of a and b, element by element. */
export function minimum(options: CombineOptions = {}): BinaryLayer {
  return binaryLayer('minimum', options);
}

/** The larger of a and b, element by element. */
export function maximum(options: CombineOptions = {}): BinaryLayer {
  return binaryLayer('maximum', options);
}

/** Joins values along an axis; the other axes are equal. */
export function concat(options: ConcatOptions = {}): LayerFunction<[SymbolicValue, ...SymbolicValue[]]> {
  const { name, axis = -1, activation = 'none' } = options;
  return (...values) => callLayer({ op: 'concat', name, attributes: { axis, activation }, operands: values });
}

function binaryLayer(op: string, { name, activation = 'none' }: CombineOptions): BinaryLayer {
  return (a, b) => callLayer({ op, name, attributes: { activation }, operands: [a, b] });
}
