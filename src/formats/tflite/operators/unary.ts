import { FormatError } from '../../../errors.ts';
import { type Conversion, type OperatorFamily, type OperatorReader, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const leakyRelu = optionsSchema(75, 'LeakyReluOptions', { alpha: 0 });
const gelu = optionsSchema(116, 'GeluOptions', { approximate: 0 });

/** How each operator becomes an op. */
const conversions: Readonly<Record<string, (operator: OperatorReader) => Conversion>> = {
  ABS: () => ({ op: 'abs', attributes: {} }),
  CEIL: () => ({ op: 'ceil', attributes: {} }),
  COS: () => ({ op: 'cos', attributes: {} }),
  ELU: () => ({ op: 'elu', attributes: { alpha: 1 } }),
  EXP: () => ({ op: 'exp', attributes: {} }),
  FLOOR: () => ({ op: 'floor', attributes: {} }),
  GELU: (operator) => ({
    op: 'gelu',
    attributes: { isApproximate: operator.options(gelu).int8('approximate') !== 0 },
  }),
  HARD_SWISH: () => ({ op: 'hard-swish', attributes: {} }),
  LEAKY_RELU: (operator) => ({ op: 'leaky-relu', attributes: { alpha: slope(operator) } }),
  LOG: () => ({ op: 'log', attributes: {} }),
  LOGISTIC: () => ({ op: 'sigmoid', attributes: {} }),
  NEG: () => ({ op: 'neg', attributes: {} }),
  ROUND: () => ({ op: 'round', attributes: {} }),
  RSQRT: () => ({ op: 'rsqrt', attributes: {} }),
  SIGN: () => ({ op: 'sign', attributes: {} }),
  SIN: () => ({ op: 'sin', attributes: {} }),
  SQRT: () => ({ op: 'sqrt', attributes: {} }),
  SQUARE: () => ({ op: 'square', attributes: {} }),
  TANH: () => ({ op: 'tanh', attributes: {} }),
};

/** Functions of one number. */
export const unary: OperatorFamily = {
  types: Object.keys(conversions),
  inputCount: [1, 1],
  read(operator) {
    requireSameType(operator, operator.inputs);
    const conversion = conversions[operator.type](operator);
    return () => conversion;
  },
};

function slope(operator: OperatorReader): number {
  const alpha = operator.options(leakyRelu).float32('alpha');
  if (!Number.isFinite(alpha)) {
    throw new FormatError(`tflite: ${operator.where}: alpha is ${alpha}. It must be finite.`);
  }
  return alpha;
}
