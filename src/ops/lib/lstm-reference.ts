import { scaleAt, zeroPointAt } from '../../tensor/quantization.ts';
import { emptyTensor, type Tensor } from '../../tensor/tensor.ts';
import type { OpContext } from '../define-op.ts';
import type { LstmAttributes } from '../lstm.ts';
import { dynamicCode, dynamicScale } from './dynamic-scale.ts';
import type { LstmSizes } from './lstm-sizes.ts';

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
/** Added to the variance of gates that are normalized. */
const epsilon = 1e-8;

/** In double precision, but for what is multiplied by int8 weights: float32, and codes of that. */
export function lstmReference(
  { batch, steps, units, hidden, gates }: LstmSizes,
  { attributes, outputs }: OpContext<LstmAttributes>,
  inputs: readonly (Tensor | undefined)[],
): readonly Tensor[] {
  const { cellClip, projectionClip = 0, isTimeMajor, isReversed, returnsSequence } = attributes;
  const [x, weights, bias, firstHidden, firstCell, peepholes, normals, projection, projectionBias] = inputs;
  const [y, lastCell] = outputs.map((type) => emptyTensor(type));
  const multiply = rowsBy(weights!, hidden);
  const project = projection && rowsBy(projection, units);
  const clip = (value: number, limit: number): number => (limit > 0 ? Math.max(-limit, Math.min(limit, value)) : value);
  /** Number of the input gate, −1 where there is none; forget gate, new values, output gate. */
  const [i, f, g, o] = gates === 4 ? [0, 1, 2, 3] : [-1, 0, 1, 2];
  for (let n = 0; n < batch; n++) {
    let before = Array.from({ length: hidden }, (_, unit) => firstHidden?.data[n * hidden + unit] ?? 0);
    let cells = Array.from({ length: units }, (_, unit) => firstCell?.data[n * units + unit] ?? 0);
    for (let step = 0; step < steps; step++) {
      const t = isReversed ? steps - 1 - step : step;
      const place = isTimeMajor ? t * batch + n : n * steps + t;
      const sums = multiply(before);
      /** All units of a gate, with what it sees of the cells, before the function. */
      const gate = (number: number, peephole: number, seen: readonly number[]): number[] => {
        const own = seen.map((cell, unit) => {
          const row = number * units + unit;
          return (
            x!.data[place * gates * units + row] + sums[row] + cell * (peepholes?.data[peephole * units + unit] ?? 0)
          );
        });
        const moments = normals && momentsOf(own);
        return own.map((value, unit) => {
          const row = number * units + unit;
          const normal = moments === undefined ? value : (value - moments.mean) * moments.inverse * normals!.data[row];
          return normal + (bias?.data[row] ?? 0);
        });
      };
      const none = cells.map(() => 0);
      const kept = gate(f, 1, cells).map(logistic);
      const opened = i < 0 ? kept.map((value) => 1 - value) : gate(i, 0, cells).map(logistic);
      const fresh = gate(g, 0, none).map(Math.tanh);
      cells = cells.map((cell, unit) => clip(kept[unit] * cell + opened[unit] * fresh[unit], cellClip));
      const shown = gate(o, 2, cells).map((value, unit) => logistic(value) * Math.tanh(cells[unit]));
      before =
        project === undefined
          ? shown
          : project(shown).map((value, unit) => clip(value + (projectionBias?.data[unit] ?? 0), projectionClip));
      if (returnsSequence) y.data.set(before, place * hidden);
    }
    if (!returnsSequence) y.data.set(before, n * hidden);
    lastCell?.data.set(cells, n * units);
  }
  return lastCell === undefined ? [y] : [y, lastCell];
}

/** The products of a matrix's rows with a vector; with int8 rows the vector becomes codes first. */
function rowsBy({ data, dtype, quantization, shape }: Tensor, length: number): (vector: readonly number[]) => number[] {
  const rows = shape[0];
  const sum = (row: number, of: (k: number) => number): number => {
    let total = 0;
    for (let k = 0; k < length; k++) total += of(k) * data[row * length + k];
    return total;
  };
  if (dtype !== 'int8' || quantization === undefined) {
    return (vector) => Array.from({ length: rows }, (_, row) => sum(row, (k) => vector[k]));
  }
  return (vector) => {
    const values = vector.map(Math.fround);
    const scale = dynamicScale(Math.min(0, ...values), Math.max(0, ...values), true);
    const codes = values.map((value) => Math.max(-127, Math.min(127, dynamicCode(value, scale))));
    return Array.from({ length: rows }, (_, row) => {
      const entry = quantization.scales.length === 1 ? 0 : row;
      if (zeroPointAt(quantization, entry) !== 0) throw new RangeError('weights with zero points');
      return sum(row, (k) => codes[k]) * Math.fround(scaleAt(quantization, entry) * scale.scale);
    });
  };
}

function momentsOf(values: readonly number[]): { readonly mean: number; readonly inverse: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, inverse: 1 / Math.sqrt(variance + epsilon) };
}
