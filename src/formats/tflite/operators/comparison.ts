import type { Conversion, OperatorFamily } from '../operator.ts';
import { requireBooleans } from '../operator-types.ts';

/** Booleans are 0 and 1, so that both are true where the smaller is, and one of them where the larger is. */
const conversions: Readonly<Record<string, Conversion>> = {
  EQUAL: { op: 'equal', attributes: {} },
  GREATER: { op: 'greater', attributes: {} },
  GREATER_EQUAL: { op: 'greater-equal', attributes: {} },
  LESS: { op: 'less', attributes: {} },
  LESS_EQUAL: { op: 'less-equal', attributes: {} },
  LOGICAL_AND: { op: 'minimum', attributes: { activation: 'none' } },
  LOGICAL_OR: { op: 'maximum', attributes: { activation: 'none' } },
  NOT_EQUAL: { op: 'not-equal', attributes: {} },
};

/** Functions of two numbers that are true or not, with broadcasting. */
export const comparison: OperatorFamily = {
  types: Object.keys(conversions),
  takesInt32: true,
  inputCount: [2, 2],
  read(operator) {
    const [a, b] = [operator.input(0), operator.input(1)];
    if (a.type !== b.type) throw operator.unsupported(`a comparison of ${a.type} with ${b.type}`);
    requireBooleans(operator, [operator.output, ...(operator.type.startsWith('LOGICAL') ? [a] : [])]);
    return () => conversions[operator.type];
  },
};
