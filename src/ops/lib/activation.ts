import type { Quantization } from '../../tensor/quantization.ts';
import { clamp, roundTiesEven, scaleAt, zeroPointAt } from '../../tensor/quantization.ts';

/** Clamps that fuse into the op before them. */
export type Activation = 'none' | 'relu' | 'relu6' | 'relu-0-to-1' | 'relu-n1-to-1';

/** Real bounds of an activation. */
export function activationBounds(activation: Activation): readonly [number, number] {
  switch (activation) {
    case 'relu':
      return [0, Infinity];
    case 'relu6':
      return [0, 6];
    case 'relu-0-to-1':
      return [0, 1];
    case 'relu-n1-to-1':
      return [-1, 1];
    case 'none':
      return [-Infinity, Infinity];
  }
}

/**
 * The activation's bounds as codes of the output, within the dtype's own range.
 * A bound maps to zeroPoint + round(bound / scale), halves to even.
 */
export function activationCodes(
  activation: Activation,
  output: Quantization,
  range: readonly [number, number],
): readonly [number, number] {
  const [low, high] = activationBounds(activation);
  const code = (bound: number): number => zeroPointAt(output, 0) + roundTiesEven(bound / scaleAt(output, 0));
  return [
    low === -Infinity ? range[0] : clamp(code(low), range[0], range[1]),
    high === Infinity ? range[1] : clamp(code(high), range[0], range[1]),
  ];
}
