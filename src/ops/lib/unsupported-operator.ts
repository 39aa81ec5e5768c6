import type { Shape } from '../../tensor/shape.ts';

/** A value as a file states it, which may be of a type that no graph has. */
export interface StatedValue {
  /** Empty where it is not known. */
  readonly shape: Shape;
  /** What the file calls its element type. */
  readonly type: string;
  /** Size of all its elements; 0 where it is not known. */
  readonly bytes: number;
}

/** An operator of a file that no op computes. */
export interface UnsupportedOperator {
  /** What the file calls the operator, such as `CUSTOM "Detect"`. */
  readonly operator: string;
  /** Why it is not computed. */
  readonly reason: string;
  /** Whether the library has it, but does not know what it is given, since something before it is not supported. */
  readonly isConsequence: boolean;
  /** None of an operator that has effects alone. */
  readonly outputs: readonly StatedValue[];
}
