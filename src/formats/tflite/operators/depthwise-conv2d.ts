import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireWeightTypes } from '../operator-types.ts';
import { explicitPadding, spatialSize, windowStep } from '../windows.ts';

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
    const { where } = operator;
    const options = operator.options(schema);
    requireWeightTypes(operator, 3);
    const strides = windowStep(where, 'stride', options.int32('stride_h'), options.int32('stride_w'));
    const dilations = windowStep(
      where,
      'dilation',
      options.int32('dilation_h_factor', 1),
      options.int32('dilation_w_factor', 1),
    );
    const scheme = options.int8('padding');
    const activation = operator.activation(options.int8('fused_activation_function'));
    return ([x, weights]) => {
      const padding = explicitPadding(
        where,
        scheme,
        spatialSize(where, x),
        spatialSize(where, weights),
        strides,
        dilations,
      );
      return { op: 'depthwise-conv2d', attributes: { strides, dilations, padding, activation } };
    };
  },
};
