import { readConvolutionWindow } from '../convolution-window.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireWeightTypes } from '../operator-types.ts';

const schema = optionsSchema(1, 'Conv2DOptions', {
  padding: 0,
  stride_w: 1,
  stride_h: 2,
  fused_activation_function: 3,
  dilation_w_factor: 4,
  dilation_h_factor: 5,
});

/** CONV_2D: weights are [O, kH, kW, C / groups] in both; the file does not name the groups. */
export const conv2d: OperatorFamily = {
  types: ['CONV_2D'],
  inputCount: [2, 3],
  perChannel: [1, 2],
  read(operator) {
    requireWeightTypes(operator, 0);
    const windowOf = readConvolutionWindow(operator, schema);
    return (inputs) => {
      const window = windowOf(inputs);
      // Where the channels do not divide, one group makes the op's own shape rule say so.
      const groups = inputs[0]!.shape[3] / inputs[1]!.shape[3];
      return { op: 'conv2d', attributes: { ...window, groups: Number.isInteger(groups) ? groups : 1 } };
    };
  },
};
