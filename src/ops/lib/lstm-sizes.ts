import { ShapeError } from '../../errors.ts';
import { formatShape, sameShape, type Shape } from '../../tensor/shape.ts';
import type { OpContext } from '../define-op.ts';
import type { LstmAttributes } from '../lstm.ts';
import { operandType } from './operands.ts';

export interface LstmSizes {
  readonly batch: number;
  readonly steps: number;
  /** Cells. */
  readonly units: number;
  /** What goes from a step to the next: as many as there are units, or as a projection makes. */
  readonly hidden: number;
  readonly gates: 3 | 4;
}

/** @throws ShapeError when sizes, or limits, are none */
export function lstmSizes(context: Pick<OpContext<LstmAttributes>, 'name' | 'attributes' | 'inputs'>): LstmSizes {
  const { name, attributes, inputs } = context;
  const { isTimeMajor, isCoupled = false, cellClip, projectionClip = 0 } = attributes;
  const { shape } = operandType('lstm', context, 0);
  const gates = isCoupled ? 3 : 4;
  const [first, second, , units = 0] = shape;
  const [batch, steps] = isTimeMajor ? [second, first] : [first, second];
  const hidden = inputs[7]?.shape[0] ?? units;
  const expected: readonly (Shape | undefined)[] = [
    undefined,
    [gates * units, hidden],
    [gates * units],
    [batch, hidden],
    [batch, units],
    [3, units],
    [gates, units],
    [hidden, units],
    [hidden],
  ];
  const fits = inputs.every((type, index) => {
    const wanted = expected[index];
    return type === undefined || wanted === undefined || sameShape(type.shape, wanted);
  });
  if (shape.length !== 4 || shape[2] !== gates || inputs[1] === undefined || !fits) {
    const given = inputs.map((type) => (type === undefined ? 'none' : formatShape(type.shape))).join(', ');
    throw new ShapeError(
      `lstm "${name}": inputs ${given} do not fit. They must be [·, ·, ${gates}, H], weights [${gates}·H, P], bias [${gates}·H], states ` +
        `[N, P] and [N, H], peepholes [3, H], weights of normalized gates [${gates}, H], a projection [P, H] and its bias [P]; P is H without one.`,
    );
  }
  for (const [what, limit] of [
    ['cell', cellClip],
    ['projection', projectionClip],
  ] as const) {
    if (limit >= 0 && Number.isFinite(limit)) continue;
    throw new ShapeError(
      `lstm "${name}": the ${what}'s limit is ${limit}. It must be finite and positive, or 0 for none.`,
    );
  }
  return { batch, steps, units, hidden, gates };
}
