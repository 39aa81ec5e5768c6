import { FormatError } from '../../errors.ts';
import type { OperatorReader } from './operator.ts';

const MAXIMUM_PADDING = 2 ** 16;

/** What a parameter input says of both ends of some axes: how many elements are added, or removed. */
export function readPairs(operator: OperatorReader, position: number): readonly (readonly [number, number])[] {
  const flat = operator.integers(position);
  const isValid = flat.every((size) => size >= 0 && size <= MAXIMUM_PADDING);
  if (flat.length % 2 !== 0 || !isValid) {
    throw new FormatError(
      `tflite: ${operator.where}: paddings ${flat.join(', ')} are not pairs of numbers from 0 to ${MAXIMUM_PADDING}.`,
    );
  }
  return Array.from({ length: flat.length / 2 }, (_, axis) => [flat[2 * axis], flat[2 * axis + 1]]);
}
