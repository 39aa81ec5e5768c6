import type { RecurrentAttributes } from '../../src/ops/lib/recurrent.ts';
import { float32 } from './codes.ts';
import type { CaseInput, OpCase } from './test-op.ts';

interface Sizes {
  readonly batch: number;
  readonly steps: number;
  readonly units: number;
  readonly isTimeMajor?: boolean;
  readonly isReversed?: boolean;
  readonly returnsSequence?: boolean;
  readonly hasBias?: boolean;
  /** How many states are given. */
  readonly states?: number;
}

/** Units below, at and above a quad and what a workgroup shares; both orders of axes and of time. */
const all: readonly Sizes[] = [
  { batch: 2, steps: 3, units: 5, hasBias: true, states: 2 },
  { batch: 3, steps: 4, units: 8, isTimeMajor: true, isReversed: true, hasBias: true },
  { batch: 1, steps: 1, units: 1 },
  { batch: 2, steps: 5, units: 3, returnsSequence: false, isTimeMajor: true, states: 1 },
  { batch: 1, steps: 7, units: 16, isReversed: true, returnsSequence: false, hasBias: true },
  { batch: 2, steps: 4, units: 33, hasBias: true },
  { batch: 1, steps: 3, units: 130, states: 2 },
  // More quads of units than a workgroup has invocations.
  { batch: 1, steps: 2, units: 517, hasBias: true },
];

/**
 * Cases of a recurrent layer; weights small enough that no gate is always saturated.
 * @param states how many it has
 */
export function recurrentCases<A extends RecurrentAttributes>(
  gates: number,
  states: number,
  attributes: Omit<A, keyof RecurrentAttributes>,
): readonly OpCase<A>[] {
  return all.map((sizes) => {
    const { batch, steps, units, isTimeMajor = false, isReversed = false, returnsSequence = true } = sizes;
    const state: CaseInput = { ...float32, shape: [batch, units] };
    const range = [-2 / Math.sqrt(units), 2 / Math.sqrt(units)] as const;
    const given = Math.min(states, sizes.states ?? 0);
    return {
      name: [
        `${batch} x ${steps} steps of ${units}`,
        ...(isTimeMajor ? ['time first'] : []),
        ...(isReversed ? ['reversed'] : []),
        ...(returnsSequence ? [] : ['the last']),
        ...(sizes.hasBias ? ['bias'] : []),
        `${given} states`,
      ].join(', '),
      attributes: { ...attributes, isTimeMajor, isReversed, returnsSequence } as A,
      inputs: [
        {
          ...float32,
          shape: isTimeMajor ? [steps, batch, gates, units] : [batch, steps, gates, units],
          range: [-2, 2],
        },
        { ...float32, shape: [gates * units, units], constant: true, range },
        sizes.hasBias ? { ...float32, shape: [gates * units], constant: true } : undefined,
        ...Array.from({ length: given }, () => state),
      ],
      outputs: [float32],
      length: units * steps,
    };
  });
}
