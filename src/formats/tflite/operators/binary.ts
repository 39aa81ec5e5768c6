import type { Ops } from '../../../ops/registry.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

type BinaryOp =
  | 'add'
  | 'div'
  | 'floor-div'
  | 'floor-mod'
  | 'maximum'
  | 'minimum'
  | 'mul'
  | 'pow'
  | 'prelu'
  | 'squared-difference'
  | 'sub';

/** The op of each operator, and where the options of those that have an activation are. */
const operators: Readonly<Record<string, { readonly op: BinaryOp & keyof Ops; readonly options?: number }>> = {
  ADD: { op: 'add', options: 11 },
  DIV: { op: 'div', options: 29 },
  FLOOR_DIV: { op: 'floor-div' },
  FLOOR_MOD: { op: 'floor-mod' },
  MAXIMUM: { op: 'maximum' },
  MINIMUM: { op: 'minimum' },
  MUL: { op: 'mul', options: 21 },
  POW: { op: 'pow' },
  PRELU: { op: 'prelu' },
  SQUARED_DIFFERENCE: { op: 'squared-difference' },
  SUB: { op: 'sub', options: 28 },
};

/** What integers do not have. */
const isReal: readonly BinaryOp[] = ['pow', 'prelu'];

/** Functions of two numbers, with broadcasting. */
export const binary: OperatorFamily = {
  types: Object.keys(operators),
  takesInt32: true,
  inputCount: [2, 2],
  read(operator) {
    requireSameType(operator, operator.inputs);
    const { op, options } = operators[operator.type];
    if (isReal.includes(op) && operator.output.type === 'INT32') throw operator.unsupported('values of type INT32');
    if (options === undefined) return () => ({ op, attributes: { activation: 'none' } });
    const schema = optionsSchema(options, `options of ${operator.type}`, { fused_activation_function: 0 });
    const activation = operator.activation(operator.options(schema).int8('fused_activation_function'));
    return () => ({ op, attributes: { activation } });
  },
};
