import type { RnnAttributes } from '../../../ops/rnn.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireRecurrent, sequenceAxes, sequenceSteps } from '../recurrent.ts';
import { activationTypes } from '../schema.ts';

const schema = optionsSchema(31, 'SequenceRNNOptions', { time_major: 0, fused_activation_function: 1 });

const gates = { weights: [1], recurrentWeights: [2], biases: [3], states: [4] };

/** Plain recurrence along sequences. Its state, a variable of the file, starts at zero in every run. */
export const sequenceRnn: OperatorFamily = {
  types: ['UNIDIRECTIONAL_SEQUENCE_RNN'],
  inputCount: [4, 5],
  parameters: gates.states,
  perChannel: [1, 2, 3],
  read(operator) {
    requireRecurrent(operator, gates);
    const options = operator.options(schema);
    const type = options.int8('fused_activation_function');
    const activation: RnnAttributes['activation'] = activationTypes[type] === 'TANH' ? 'tanh' : operator.clamp(type);
    const isTimeMajor = options.boolean('time_major');
    const attributes = { isTimeMajor, isReversed: false, returnsSequence: true, activation };
    return (types) => {
      const axes = sequenceAxes(operator, types[0]);
      return sequenceSteps(operator, types, axes, gates, { op: 'rnn', attributes });
    };
  },
};
