import type { ReductionAttributes } from '../../src/ops/lib/reduction.ts';
import type { CaseInput, OpCase } from './test-op.ts';

/** Shapes, and axes of them. */
export const reductionGeometries: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [1, 1, 1, 1],
    [1, 2],
  ],
  [
    [2, 7, 7, 20],
    [1, 2],
  ],
  [
    [1, 7, 7, 1280],
    [1, 2],
  ],
  [
    [1, 40, 41, 3],
    [1, 2],
  ],
  [[2, 3, 5, 7], [-2]],
  [
    [2, 3, 5, 6],
    [0, 2],
  ],
  [[2, 3, 5, 6], [3]],
  [
    [2, 3, 5, 6],
    [1, 3],
  ],
  [
    [2, 3, 5, 6],
    [0, 1, 2, 3],
  ],
  [[3, 67], [1]],
  [[9, 300], [-1]],
  [[5], [0]],
  [
    [2, 3, 2, 3, 2, 3],
    [1, 3, 5],
  ],
  [
    [2, 3, 2, 3, 2, 3],
    [0, 2, 4],
  ],
];

/** Reductions of shapes of every rank over every kind of axes, which stay in every other case. */
export function reductionCases(
  label: string,
  input: Omit<CaseInput, 'shape'>,
  output: OpCase<ReductionAttributes>['outputs'][number],
  geometries: typeof reductionGeometries = reductionGeometries,
): OpCase<ReductionAttributes>[] {
  return geometries.map(([shape, axes], index) => ({
    name: `${label} [${shape.join(', ')}] over ${axes.join(', ')}`,
    attributes: { axes, keepDims: index % 2 === 0 },
    inputs: [{ ...input, shape }],
    outputs: [output],
    length: axes.reduce((count, axis) => count * shape.at(axis)!, 1),
  }));
}
