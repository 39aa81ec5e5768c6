import { FormatError } from '../../../errors.ts';
import type { OpUse } from '../../op-use.ts';
import { type OperatorFamily, optionsSchema, type OperatorReader } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const l2 = optionsSchema(12, 'L2NormOptions', { fused_activation_function: 0 });
const local = optionsSchema(13, 'LocalResponseNormalizationOptions', { radius: 0, bias: 1, alpha: 2, beta: 3 });

const conversions: Readonly<Record<string, (operator: OperatorReader) => OpUse>> = {
  L2_NORMALIZATION(operator) {
    const activation = operator.activation(operator.options(l2).int8('fused_activation_function'));
    if (activation !== 'none') throw operator.unsupported(`the fused activation ${activation}`);
    return { op: 'l2-normalization', attributes: {} };
  },
  LOCAL_RESPONSE_NORMALIZATION(operator) {
    if (operator.output.type !== 'FLOAT32') throw operator.unsupported(`values of type ${operator.output.type}`);
    const options = operator.options(local);
    const radius = options.int32('radius');
    const [bias, alpha, beta] = (['bias', 'alpha', 'beta'] as const).map((field) => options.float32(field));
    if (radius < 0 || ![bias, alpha, beta].every(Number.isFinite)) {
      throw new FormatError(
        `tflite: ${operator.where}: radius ${radius}, bias ${bias}, alpha ${alpha}, beta ${beta}. The radius is at least 0, and all are finite.`,
      );
    }
    return { op: 'local-response-normalization', attributes: { radius, bias, alpha, beta } };
  },
  LOG_SOFTMAX: () => ({ op: 'log-softmax', attributes: {} }),
};

/** Each element relative to others of its row. */
export const normalization: OperatorFamily = {
  types: Object.keys(conversions),
  inputCount: [1, 1],
  read(operator) {
    requireSameType(operator, operator.inputs);
    const conversion = conversions[operator.type](operator);
    return () => conversion;
  },
};
