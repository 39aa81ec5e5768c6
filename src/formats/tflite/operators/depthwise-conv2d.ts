import { readConvolutionWindow } from '../convolution-window.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireWeightTypes } from '../operator-types.ts';

// Field 3, the depth multiplier, is redundant: the weights' shape has it, and TFLite ignores the field.
const schema = optionsSchema(2, 'DepthwiseConv2DOptions', {
  padding: 0,
  stride_w: 1,
  stride_h: 2,
  fused_activation_function: 4,
  dilation_w_factor: 5,
  dilation_h_factor: 6,
});

/** DEPTHWISE_CONV_2D: weights are [1, kH, kW, O] in both. */
export const depthwiseConv2d: OperatorFamily = {
  types: ['DEPTHWISE_CONV_2D'],
  inputCount: [2, 3],
  perChannel: [1, 2],
  read(operator) {
    requireWeightTypes(operator, 3);
    const windowOf = readConvolutionWindow(operator, schema);
    return (inputs) => ({ op: 'depthwise-conv2d', attributes: windowOf(inputs) });
  },
};
