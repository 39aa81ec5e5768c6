import type { Activation } from '../../ops/lib/activation.ts';
import type { WindowAttributes } from '../../ops/lib/convolution-shape.ts';
import type { TensorType } from '../../tensor/tensor.ts';
import type { OperatorReader, OptionsSchema } from './operator.ts';
import { explicitPadding, spatialSize, windowStep } from './windows.ts';

/** The fields that the options of both convolutions have, at numbers of their own. */
type WindowField =
  | 'padding'
  | 'stride_w'
  | 'stride_h'
  | 'fused_activation_function'
  | 'dilation_w_factor'
  | 'dilation_h_factor';

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
  schema: OptionsSchema<WindowField>,
): (inputs: readonly (TensorType | undefined)[]) => ConvolutionWindow {
  const { where } = operator;
  const options = operator.options(schema);
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
    const window = spatialSize(where, weights);
    const padding = explicitPadding(where, scheme, spatialSize(where, x), window, strides, dilations);
    return { strides, dilations, padding, activation };
  };
}
