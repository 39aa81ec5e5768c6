import { chain, type OperatorFamily, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { explicitPadding, spatialSize, windowStep } from '../windows.ts';

const schema = optionsSchema(5, 'Pool2DOptions', {
  padding: 0,
  stride_w: 1,
  stride_h: 2,
  filter_width: 3,
  filter_height: 4,
  fused_activation_function: 5,
});

/** AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D, the root of the average square. */
export const pool2d: OperatorFamily = {
  types: ['AVERAGE_POOL_2D', 'L2_POOL_2D', 'MAX_POOL_2D'],
  inputCount: [1, 1],
  read(operator) {
    const { where, type, inputs } = operator;
    const options = operator.options(schema);
    requireSameType(operator, inputs);
    const size = windowStep(where, 'window', options.int32('filter_height'), options.int32('filter_width'));
    const strides = windowStep(where, 'stride', options.int32('stride_h'), options.int32('stride_w'));
    const scheme = options.int8('padding');
    const activation = operator.activation(options.int8('fused_activation_function'));
    if (type === 'L2_POOL_2D' && operator.output.type !== 'FLOAT32') {
      throw operator.unsupported(`values of type ${operator.output.type}`);
    }
    return ([x]) => {
      const padding = explicitPadding(where, scheme, spatialSize(where, x), size, strides, [1, 1]);
      const attributes = { size, strides, padding, activation };
      if (type === 'MAX_POOL_2D') return { op: 'max-pool2d', attributes };
      if (type === 'AVERAGE_POOL_2D') return { op: 'average-pool2d', attributes };
      return chain(
        { op: 'square', attributes: {} },
        { op: 'average-pool2d', attributes: { ...attributes, activation: 'none' } },
        { op: 'sqrt', attributes: {} },
        ...(activation === 'none' ? [] : [{ op: 'relu', attributes: { activation } } as const]),
      );
    };
  },
};
