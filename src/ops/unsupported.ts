import { UnsupportedOpError } from '../errors.ts';
import type { Shape } from '../tensor/shape.ts';
import { defineOp, type OpDefinition } from './define-op.ts';
import type { UnsupportedOperator } from './lib/unsupported-operator.ts';

/** Where a node stands for nothing that is read. */
const noValue: Shape = [1];

/**
 * Stands in a graph for an operator of a file that this library cannot compute, so that the rest of the file can be looked
 * at. Any inputs; outputs of the shapes that the file states, or one of a single element that stands for none. No kernel
 * computes it, and its reference throws.
 * @see TfliteImportOptions.keepsUnsupported
 */
export const unsupported: OpDefinition<UnsupportedOperator> = defineOp<UnsupportedOperator>({
  name: 'unsupported',
  inferShape: ({ attributes: { outputs } }) => (outputs.length === 0 ? [noValue] : outputs.map(({ shape }) => shape)),
  // Not to be folded, whatever its inputs are.
  isHeavy: true,
  reference({ name, attributes: { operator, reason } }) {
    throw new UnsupportedOpError(`${operator} "${name}": ${reason}`);
  },
  kernels: [],
  standsFor: (attributes) => attributes,
});
