import { readConvolutionWindow } from '../convolution-window.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { readWeightTypes } from '../operator-types.ts';
import { weightedLayer } from '../weighted-layer.ts';

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
    const dynamic = readWeightTypes(operator, 3) ? { leading: 1, isSymmetric: false } : undefined;
    const windowOf = readConvolutionWindow(operator, schema);
    return (inputs) => {
      const layer = { op: 'depthwise-conv2d', attributes: windowOf(inputs) } as const;
      const { shape } = inputs[0]!;
      return weightedLayer(operator, { layer, input: shape, x: shape, dynamic });
    };
  },
};
