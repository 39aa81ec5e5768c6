import { readLstm, lstmSteps, type LstmPositions } from '../lstm.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { RecurrentSteps, sequenceAxes } from '../recurrent.ts';

const schema = optionsSchema(71, 'UnidirectionalSequenceLSTMOptions', {
  fused_activation_function: 0,
  cell_clip: 1,
  proj_clip: 2,
  time_major: 3,
  asymmetric_quantize_inputs: 4,
});

/** Of this operator, and of LSTM in its full kind. */
export const lstmPositions: LstmPositions = {
  weights: 1,
  recurrentWeights: 5,
  peepholes: 9,
  biases: 12,
  projection: 16,
  hidden: 18,
  cell: 19,
  normals: 20,
};

/**
 * LSTM along sequences, gates in the order i, f, g, o. Its states, variables of the file, go on from run to run. With int8
 * weights and float32 activations, inputs and states are quantized as TFLite does; one of codes is computed in float32
 * between them, and may differ by some codes from TFLite's.
 */
export const sequenceLstm: OperatorFamily = {
  types: ['UNIDIRECTIONAL_SEQUENCE_LSTM'],
  // Many of them are absent.
  inputCount: [1, 24],
  states: [lstmPositions.hidden, lstmPositions.cell],
  perChannel: [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15],
  read(operator) {
    const options = operator.options(schema);
    const lstm = readLstm(operator, lstmPositions, {
      activation: options.int8('fused_activation_function'),
      cellClip: options.float32('cell_clip'),
      projectionClip: options.float32('proj_clip'),
      isAsymmetric: options.boolean('asymmetric_quantize_inputs'),
    });
    const isTimeMajor = options.boolean('time_major');
    return (types) => {
      const axes = sequenceAxes(operator, types[0]);
      const steps = new RecurrentSteps(operator, types);
      const { y, states } = lstmSteps(steps, lstm, steps.numbers(0), axes, { isTimeMajor, isReversed: false });
      return steps.finish([steps.output(y)], states);
    };
  },
};
