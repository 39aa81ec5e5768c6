import type { ReluAttributes } from '../../../ops/relu.ts';
import type { OperatorFamily } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const activations: Readonly<Record<string, ReluAttributes['activation']>> = {
  RELU: 'relu',
  RELU6: 'relu6',
  RELU_0_TO_1: 'relu-0-to-1',
  RELU_N1_TO_1: 'relu-n1-to-1',
};

/** Clamps that stand alone. */
export const relu: OperatorFamily = {
  types: Object.keys(activations),
  inputCount: [1, 1],
  read(operator) {
    requireSameType(operator, operator.inputs);
    return () => ({ op: 'relu', attributes: { activation: activations[operator.type] } });
  },
};
