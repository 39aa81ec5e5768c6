import { FormatError } from '../../../errors.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { refuseInputs, requireRecurrent, sequenceAxes, sequenceSteps } from '../recurrent.ts';
import { activationTypes } from '../schema.ts';

const schema = optionsSchema(71, 'UnidirectionalSequenceLSTMOptions', {
  fused_activation_function: 0,
  cell_clip: 1,
  time_major: 3,
});

const gates = { weights: [1, 2, 3, 4], recurrentWeights: [5, 6, 7, 8], biases: [12, 13, 14, 15], states: [18, 19] };

/**
 * LSTM along sequences, gates in the order i, f, g, o. Its states, variables of the file, start at zero in every run. One
 * of codes is computed in float32 between them, and may differ by some codes from TFLite's.
 */
export const sequenceLstm: OperatorFamily = {
  types: ['UNIDIRECTIONAL_SEQUENCE_LSTM'],
  // Many of them are absent.
  inputCount: [1, 24],
  parameters: gates.states,
  perChannel: [...gates.weights, ...gates.recurrentWeights, ...gates.biases],
  read(operator) {
    const { where, inputs } = operator;
    refuseInputs(operator, 'peepholes', 9, 10, 11);
    refuseInputs(operator, 'a projection', 16, 17);
    refuseInputs(operator, 'normalized gates', 20, 21, 22, 23);
    if (inputs[1] === undefined) throw operator.unsupported('an input gate coupled with the forget gate');
    requireRecurrent(operator, gates);
    const options = operator.options(schema);
    const activation = activationTypes[options.int8('fused_activation_function')];
    if (activation !== 'TANH') throw operator.unsupported(`the cell activation ${activation}`);
    const cellClip = options.float32('cell_clip');
    if (!(cellClip >= 0 && cellClip < Infinity)) {
      throw new FormatError(`tflite: ${where}: its cells are limited to ${cellClip}.`);
    }
    const isTimeMajor = options.boolean('time_major');
    const attributes = { isTimeMajor, isReversed: false, returnsSequence: true, cellClip };
    return (types) => {
      const axes = sequenceAxes(operator, types[0]);
      return sequenceSteps(operator, types, axes, gates, { op: 'lstm', attributes });
    };
  },
};
