import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireWeightTypes } from '../operator-types.ts';
import { explicitPadding, spatialSize, windowStep } from '../windows.ts';

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
    const { where } = operator;
    const options = operator.options(schema);
    requireWeightTypes(operator, 0);
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
      // Where the channels do not divide, one group makes the op's own shape rule say so.
      const groups = x!.shape[3] / weights!.shape[3];
      return {
        op: 'conv2d',
        attributes: { strides, dilations, padding, groups: Number.isInteger(groups) ? groups : 1, activation },
      };
    };
  },
};
