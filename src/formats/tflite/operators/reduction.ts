import { sameEncoding } from '../../../ops/lib/operands.ts';
import { normalizeAxis } from '../../../tensor/shape.ts';
import { type OperatorFamily, optionsSchema, reshapeTo } from '../operator.ts';
import { requireBooleans, requireSameType } from '../operator-types.ts';
import { tensorType } from '../tensor.ts';

const schema = optionsSchema(27, 'ReducerOptions', { keep_dims: 0 });

/** Booleans are 0 and 1: any is true where the largest is, all are where the smallest is. */
const operators = {
  MEAN: 'mean',
  REDUCE_ALL: 'reduce-min',
  REDUCE_ANY: 'reduce-max',
  REDUCE_MAX: 'reduce-max',
  REDUCE_MIN: 'reduce-min',
  REDUCE_PROD: 'prod',
  SUM: 'sum',
} as const;

/** What has no op: a quotient of integers, a product of codes. */
const unsupported: Readonly<Record<string, readonly string[]>> = {
  MEAN: ['INT32'],
  REDUCE_PROD: ['INT8', 'UINT8'],
};

/** The numbers of some axes as one. */
export const reduction: OperatorFamily = {
  types: Object.keys(operators),
  takesInt32: true,
  inputCount: [2, 2],
  parameters: [1],
  read(operator) {
    const { type, output } = operator;
    requireSameType(operator, operator.inputs.slice(0, 1));
    if (type === 'REDUCE_ALL' || type === 'REDUCE_ANY') requireBooleans(operator, [output]);
    if (unsupported[type]?.includes(output.type)) throw operator.unsupported(`a result of type ${output.type}`);
    const keepDims = operator.options(schema).boolean('keep_dims');
    const stored = operator.integers(1);
    return ([x]) => {
      const axes = stored.map((axis) => normalizeAxis(axis, x!.shape.length, `tflite: ${operator.where}`));
      if (axes.length === 0) {
        const isSame = sameEncoding(x!, tensorType(output, x!.shape));
        return isSame ? reshapeTo(x!.shape) : { op: 'quantize', attributes: {} };
      }
      const attributes = { axes: [...new Set(axes)].sort((a, b) => a - b), keepDims };
      return { op: operators[type as keyof typeof operators], attributes };
    };
  },
};
