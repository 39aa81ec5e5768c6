import { FormatError } from '../../../errors.ts';
import { formatShape } from '../../../tensor/shape.ts';
import { type Operand, type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireWeightTypes } from '../operator-types.ts';
import { explicitPadding, spatialSize, windowStep } from '../windows.ts';

const schema = optionsSchema(49, 'TransposeConvOptions', {
  padding: 0,
  stride_w: 1,
  stride_h: 2,
  fused_activation_function: 3,
});

/**
 * TRANSPOSE_CONV: its inputs are the output's shape, weights [O, kH, kW, C], the image, and a bias. Its padding is that
 * of the convolution that would make the input of the output; what is missing at the end of the output is bias alone.
 */
export const transposeConv: OperatorFamily = {
  types: ['TRANSPOSE_CONV'],
  inputCount: [3, 4],
  parameters: [0],
  perChannel: [1, 3],
  read(operator) {
    const { where, inputs } = operator;
    requireWeightTypes(operator, 0, [inputs[2], inputs[1], inputs[3]]);
    const options = operator.options(schema);
    const strides = windowStep(where, 'stride', options.int32('stride_h'), options.int32('stride_w'));
    const scheme = options.int8('padding');
    const activation = operator.activation(options.int8('fused_activation_function'));
    const size = operator.integers(0);
    if (size.length !== 4 || size.some((length) => length < 1)) {
      throw new FormatError(`tflite: ${where}: its output shape ${formatShape(size)} is not [N, H, W, C].`);
    }
    return ([, weights, x]) => {
      const kernel = spatialSize(where, weights);
      const input = spatialSize(where, x);
      const before = explicitPadding(where, scheme, [size[1], size[2]], kernel, strides, [1, 1]);
      const after = [0, 1].map(
        (axis) => (input[axis] - 1) * strides[axis] + kernel[axis] - before[axis] - size[axis + 1],
      );
      const padding = [before[0], before[1], after[0], after[1]] as const;
      const operands: Operand[] = [{ input: 2 }, { input: 1 }];
      if (inputs[3] !== undefined) operands.push({ input: 3 });
      return {
        steps: [{ op: 'conv-transpose2d', attributes: { strides, padding, activation }, operands }],
        outputs: [0],
      };
    };
  },
};
