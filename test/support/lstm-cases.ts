import type { LstmAttributes } from '../../src/ops/lstm.ts';
import { float32 } from './codes.ts';
import type { CaseInput, OpCase } from './test-op.ts';

interface Variant {
  readonly batch?: number;
  readonly steps: number;
  readonly units: number;
  /** Units of a projection. */
  readonly projected?: number;
  readonly isInt8?: boolean;
  readonly isCoupled?: boolean;
  readonly hasBias?: boolean;
  readonly hasPeepholes?: boolean;
  readonly isNormalized?: boolean;
  readonly hasStates?: boolean;
  readonly returnsCell?: boolean;
  readonly isTimeMajor?: boolean;
  readonly isReversed?: boolean;
  readonly returnsSequence?: boolean;
  readonly cellClip?: number;
  readonly projectionClip?: number;
}

const variants: readonly Variant[] = [
  { batch: 2, steps: 3, units: 5, returnsCell: true, hasBias: true, hasStates: true },
  { steps: 4, units: 8, hasPeepholes: true, hasBias: true, returnsCell: true },
  { batch: 2, steps: 3, units: 7, isCoupled: true, hasPeepholes: true, hasBias: true, cellClip: 0.3 },
  {
    batch: 3,
    steps: 3,
    units: 9,
    projected: 6,
    hasStates: true,
    hasBias: true,
    projectionClip: 0.1,
    isTimeMajor: true,
  },
  { batch: 2, steps: 2, units: 6, projected: 11, returnsCell: true, isReversed: true, returnsSequence: false },
  { batch: 2, steps: 3, units: 13, isNormalized: true, hasBias: true, hasPeepholes: true, projected: 5 },
  { steps: 3, units: 33, isNormalized: true, isCoupled: true, hasBias: true, returnsCell: true, hasStates: true },
  { steps: 2, units: 260, projected: 70, returnsCell: true },
  { batch: 2, steps: 3, units: 5, isInt8: true, hasBias: true },
  { batch: 2, steps: 3, units: 18, isInt8: true, hasStates: true, returnsCell: true, hasPeepholes: true },
  { steps: 3, units: 10, isInt8: true, projected: 7, isCoupled: true, hasBias: true, hasStates: true },
  { steps: 2, units: 130, isInt8: true, isTimeMajor: true, isReversed: true, hasStates: true },
];

/**
 * A hidden state that lies within rounding errors of the middle between two codes may become either: 1/127 of the largest,
 * times a weight.
 */
const otherCode = { absolute: 2 ** 23 / 127 / 8, relative: 16, magnitude: 1 };

/** Cases of an LSTM with what only some have. */
export function lstmVariants(): readonly OpCase<LstmAttributes>[] {
  return variants.map((variant): OpCase<LstmAttributes> => {
    const { batch = 1, steps, units, projected, isInt8 = false, isCoupled = false } = variant;
    const { isTimeMajor = false, isReversed = false, returnsSequence = true, returnsCell = false } = variant;
    const [gates, hidden] = [isCoupled ? 3 : 4, projected ?? units];
    const range = [-2 / Math.sqrt(hidden), 2 / Math.sqrt(hidden)] as const;
    const constant = (shape: readonly number[], bounds: readonly [number, number] = [-1, 1]): CaseInput => ({
      ...float32,
      shape,
      constant: true,
      range: bounds,
    });
    const matrix = (rows: number, length: number): CaseInput =>
      isInt8
        ? {
            dtype: 'int8',
            shape: [rows, length],
            constant: true,
            quantization: {
              scales: Array.from({ length: rows }, (_, row) => Math.fround((range[1] / 127) * (1 + (row % 3) / 4))),
              zeroPoints: Array.from({ length: rows }, () => 0),
              axis: 0,
            },
          }
        : constant([rows, length], range);
    return {
      name: Object.entries({ batch, ...variant })
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(', '),
      attributes: {
        isTimeMajor,
        isReversed,
        returnsSequence,
        returnsCell,
        isCoupled,
        cellClip: variant.cellClip ?? 0,
        projectionClip: variant.projectionClip ?? 0,
      },
      inputs: [
        {
          ...float32,
          shape: isTimeMajor ? [steps, batch, gates, units] : [batch, steps, gates, units],
          range: [-2, 2],
        },
        matrix(gates * units, hidden),
        variant.hasBias ? constant([gates * units]) : undefined,
        variant.hasStates ? { ...float32, shape: [batch, hidden] } : undefined,
        variant.hasStates ? { ...float32, shape: [batch, units] } : undefined,
        variant.hasPeepholes ? constant([3, units]) : undefined,
        variant.isNormalized ? constant([gates, units], [0.5, 1.5]) : undefined,
        projected === undefined ? undefined : matrix(projected, units),
        projected !== undefined && variant.hasBias ? constant([projected], [-0.1, 0.1]) : undefined,
      ],
      outputs: returnsCell ? [float32, float32] : [float32],
      length: units * steps * 4,
      ...(isInt8 && { tolerance: otherCode }),
    };
  });
}
