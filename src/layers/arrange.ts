import { elementCount, type Shape } from '../tensor/shape.ts';
import { callLayer, type LayerFunction, type LayerOptions } from './value.ts';

export interface PadOptions extends LayerOptions {
  /** [before, after] of every axis. */
  readonly padding: readonly (readonly [before: number, after: number])[];
  /** The real number in the padding. Default 0. */
  readonly value?: number;
}

export interface ReshapeOptions extends LayerOptions {
  /** As many elements as the input has. */
  readonly shape: Shape;
}

export interface TransposeOptions extends LayerOptions {
  /** Each axis once. */
  readonly permutation: readonly number[];
}

/** Surrounds a value with a constant. */
export function pad({ padding, value = 0, name }: PadOptions): LayerFunction {
  return (x) => callLayer({ op: 'pad', name, attributes: { padding, value }, operands: [x] });
}

/** The same elements, in the same order, under another shape. */
export function reshape({ shape, name }: ReshapeOptions): LayerFunction {
  return (x) => callLayer({ op: 'reshape', name, attributes: { shape }, operands: [x] });
}

/** The axes in another order: axis a of the result is axis permutation[a] of the input. */
export function transpose({ permutation, name }: TransposeOptions): LayerFunction {
  return (x) => callLayer({ op: 'transpose', name, attributes: { permutation }, operands: [x] });
}

/** [N, ...] → [N, the rest]. */
export function flatten({ name }: LayerOptions = {}): LayerFunction {
  return (x) => {
    const [batch, ...rest] = x.type.shape;
    return callLayer({
      op: 'reshape',
      baseName: 'flatten',
      name,
      attributes: { shape: [batch, elementCount(rest)] },
      operands: [x],
    });
  };
}
