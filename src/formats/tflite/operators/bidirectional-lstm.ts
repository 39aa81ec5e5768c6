import { lstmSteps, type LstmPositions, readLstm } from '../lstm.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { RecurrentSteps, refuseInputs, sequenceAxes } from '../recurrent.ts';

const schema = optionsSchema(69, 'BidirectionalSequenceLSTMOptions', {
  fused_activation_function: 0,
  cell_clip: 1,
  proj_clip: 2,
  merge_outputs: 3,
  time_major: 4,
  asymmetric_quantize_inputs: 5,
});

const forward: LstmPositions = {
  weights: 1,
  recurrentWeights: 5,
  peepholes: 9,
  biases: 12,
  projection: 16,
  hidden: 35,
  cell: 36,
};
const backward: LstmPositions = {
  weights: 18,
  recurrentWeights: 22,
  peepholes: 26,
  biases: 29,
  projection: 33,
  hidden: 37,
  cell: 38,
};
const scaled = [forward, backward].flatMap(({ weights, recurrentWeights, biases }) =>
  [weights, recurrentWeights, biases].flatMap((first) => [first, first + 1, first + 2, first + 3]),
);

/** Two LSTMs, one from the first step to the last and one from the last to the first, side by side or joined by units. */
export const bidirectionalLstm: OperatorFamily = {
  types: ['BIDIRECTIONAL_SEQUENCE_LSTM'],
  // Many of them are absent.
  inputCount: [1, 48],
  outputCount: [1, 2],
  states: [forward, backward].flatMap(({ hidden, cell }) => [hidden, cell]),
  perChannel: scaled,
  read(operator) {
    refuseInputs(operator, 'an auxiliary input', ...Array.from({ length: 9 }, (_, index) => 39 + index));
    const options = operator.options(schema);
    const own = {
      activation: options.int8('fused_activation_function'),
      cellClip: options.float32('cell_clip'),
      projectionClip: options.float32('proj_clip'),
      isAsymmetric: options.boolean('asymmetric_quantize_inputs'),
    };
    const lstms = [forward, backward].map((positions) => readLstm(operator, positions, own));
    const isTimeMajor = !options.has('time_major') || options.boolean('time_major');
    const isMerged = options.boolean('merge_outputs');
    if (isMerged !== (operator.outputs.length === 1)) {
      throw operator.unsupported(`${operator.outputs.length} outputs, ${isMerged ? '' : 'not '}joined`);
    }
    return (types) => {
      const axes = sequenceAxes(operator, types[0]);
      const steps = new RecurrentSteps(operator, types);
      const x = steps.numbers(0);
      const made = lstms.map((lstm, index) =>
        lstmSteps(steps, lstm, x, axes, { isTimeMajor, isReversed: index === 1 }),
      );
      const all = made.map(({ y }) => y);
      const ends = isMerged ? [steps.add({ op: 'concat', attributes: { axis: 2, activation: 'none' } }, all)] : all;
      const states = { ...made[0].states, ...made[1].states };
      return steps.finish(
        ends.map((y) => steps.output(y)),
        states,
      );
    };
  },
};
