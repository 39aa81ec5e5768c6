import { type OperatorFamily, optionsSchema, reshapeTo } from '../operator.ts';
import { RecurrentSteps, requireRecurrent, sequenceAxes } from '../recurrent.ts';
import { rnnActivation, rnnInputs, rnnSteps } from '../rnn.ts';

const schema = optionsSchema(31, 'SequenceRNNOptions', { time_major: 0, fused_activation_function: 1 });
const stepSchema = optionsSchema(7, 'RNNOptions', { fused_activation_function: 0 });

const inputs = rnnInputs(1);

/** Plain recurrence along sequences, or of one step. Its state, a variable of the file, goes on from run to run. */
export const sequenceRnn: OperatorFamily = {
  types: ['UNIDIRECTIONAL_SEQUENCE_RNN', 'RNN'],
  inputCount: [4, 5],
  states: inputs.states,
  perChannel: [1, 2, 3],
  read(operator) {
    requireRecurrent(operator, inputs);
    const isStep = operator.type === 'RNN';
    const options = operator.options(isStep ? stepSchema : schema);
    const activation = rnnActivation(operator, options.int8('fused_activation_function'));
    const isTimeMajor = !isStep && operator.options(schema).boolean('time_major');
    return (types) => {
      const steps = new RecurrentSteps(operator, types);
      const x = steps.numbers(0);
      const attributes = { isTimeMajor, isReversed: false, activation };
      if (!isStep) {
        const { y, states } = rnnSteps(steps, inputs, x, sequenceAxes(operator, types[0]), attributes);
        return steps.finish([steps.output(y)], states);
      }
      const [batch, length] = steps.shape(0);
      const sequence = steps.add(reshapeTo([batch, 1, length]), [x]);
      const { y, states } = rnnSteps(steps, inputs, sequence, [batch, 1], attributes);
      const row = steps.add(reshapeTo([batch, steps.shape(1)[0]]), [y]);
      return steps.finish([steps.output(row)], states);
    };
  },
};
