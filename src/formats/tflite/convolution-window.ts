import type { Activation } from '../../ops/lib/activation.ts';
import type { WindowAttributes } from '../../ops/lib/convolution-shape.ts';
import type { TensorType } from '../../tensor/tensor.ts';
import { type OperatorReader, optionsSchema, type OptionsSchema } from './operator.ts';
import { explicitPadding, spatialSize, windowStep } from './windows.ts';

/** The fields that the options of both convolutions have, at numbers of their own. */
type WindowField =
  | 'padding'
  | 'stride_w'
  | 'stride_h'
  | 'fused_activation_function'
  | 'dilation_w_factor'
  | 'dilation_h_factor';

/** Of depthwise convolutions field 3, the depth multiplier, is redundant: the weights' shape has it, TFLite ignores it. */
export const windowSchemas: Readonly<Record<string, OptionsSchema<WindowField>>> = {
  CONV_2D: optionsSchema(1, 'Conv2DOptions', {
    padding: 0,
    stride_w: 1,
    stride_h: 2,
    fused_activation_function: 3,
    dilation_w_factor: 4,
    dilation_h_factor: 5,
  }),
  DEPTHWISE_CONV_2D: optionsSchema(2, 'DepthwiseConv2DOptions', {
    padding: 0,
    stride_w: 1,
    stride_h: 2,
    fused_activation_function: 4,
    dilation_w_factor: 5,
    dilation_h_factor: 6,
  }),
};

/** Attributes that both convolutions have. */
interface ConvolutionWindow extends WindowAttributes {
  readonly activation: Activation;
}

/**
 * Reads how a convolution's window slides, and its activation.
 * @returns the attributes, once the types of the inputs (the image and the weights) are known
 * @throws FormatError for steps outside their range
 * @throws UnsupportedOpError for an activation that is not a clamp
 */
export function readConvolutionWindow(
  operator: OperatorReader,
): (inputs: readonly (TensorType | undefined)[]) => ConvolutionWindow {
  const { where } = operator;
  const options = operator.options(windowSchemas[operator.type]);
  const strides = windowStep(where, 'stride', options.int32('stride_h'), options.int32('stride_w'));
  const dilations = windowStep(
    where,
    'dilation',
    options.int32('dilation_h_factor', 1),
    options.int32('dilation_w_factor', 1),
  );
  const scheme = options.int8('padding');
  const activation = operator.activation(options.int8('fused_activation_function'));
  const { dilation } = operator;
  return ([x, weights]) => {
    const window = spatialSize(where, weights);
    const own = explicitPadding(where, scheme, spatialSize(where, x), window, strides, dilations);
    if (dilation === undefined) return { strides, dilations, padding: own, activation };
    const [height, width] = windowStep(where, 'block', ...dilation.block);
    // Each pixel that the convolution adds to an image of the batch is a block of the whole.
    const [top, left, bottom, right] = [height, width, height, width].map(
      (size, side) => own[side] * size + dilation.padding[side],
    );
    return { strides, dilations: [height, width], padding: [top, left, bottom, right], activation };
  };
}
