import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { RecurrentSteps, refuseInputs, requireRecurrent, sequenceAxes } from '../recurrent.ts';
import { rnnActivation, rnnInputs, rnnSteps } from '../rnn.ts';

const schema = optionsSchema(70, 'BidirectionalSequenceRNNOptions', {
  time_major: 0,
  fused_activation_function: 1,
  merge_outputs: 2,
});

const directions = [rnnInputs(1), rnnInputs(5)];

/** Two plain recurrences, one from the first step to the last and one from the last to the first. */
export const bidirectionalRnn: OperatorFamily = {
  types: ['BIDIRECTIONAL_SEQUENCE_RNN'],
  inputCount: [8, 12],
  outputCount: [1, 2],
  states: directions.flatMap(({ states }) => states),
  perChannel: [1, 2, 3, 5, 6, 7],
  read(operator) {
    refuseInputs(operator, 'an auxiliary input', 9, 10, 11);
    for (const inputs of directions) requireRecurrent(operator, inputs);
    const options = operator.options(schema);
    const activation = rnnActivation(operator, options.int8('fused_activation_function'));
    const isTimeMajor = options.boolean('time_major');
    const isMerged = options.boolean('merge_outputs');
    if (isMerged !== (operator.outputs.length === 1)) {
      throw operator.unsupported(`${operator.outputs.length} outputs, ${isMerged ? '' : 'not '}joined`);
    }
    return (types) => {
      const axes = sequenceAxes(operator, types[0]);
      const steps = new RecurrentSteps(operator, types);
      const x = steps.numbers(0);
      const made = directions.map((inputs, index) =>
        rnnSteps(steps, inputs, x, axes, { isTimeMajor, isReversed: index === 1, activation }),
      );
      const all = made.map(({ y }) => y);
      const ends = isMerged ? [steps.add({ op: 'concat', attributes: { axis: 2, activation: 'none' } }, all)] : all;
      return steps.finish(
        ends.map((y) => steps.output(y)),
        { ...made[0].states, ...made[1].states },
      );
    };
  },
};
