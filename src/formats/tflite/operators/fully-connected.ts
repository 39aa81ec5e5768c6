import { ShapeError } from '../../../errors.ts';
import { elementCount, formatShape, type Shape } from '../../../tensor/shape.ts';
import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { readWeightTypes } from '../operator-types.ts';
import { weightedLayer } from '../weighted-layer.ts';

const schema = optionsSchema(8, 'FullyConnectedOptions', {
  fused_activation_function: 0,
  weights_format: 1,
  keep_num_dims: 2,
  asymmetric_quantize_inputs: 3,
});

/**
 * FULLY_CONNECTED: weights are [N, K] in both. Unless it keeps the number of axes, the input counts as [·, K] whatever
 * its own axes are.
 */
export const fullyConnected: OperatorFamily = {
  types: ['FULLY_CONNECTED'],
  inputCount: [2, 3],
  perChannel: [1, 2],
  read(operator) {
    const { where } = operator;
    const options = operator.options(schema);
    if (options.int8('weights_format') !== 0) throw operator.unsupported('shuffled weights');
    const isDynamic = readWeightTypes(operator, 0);
    const isSymmetric = !options.boolean('asymmetric_quantize_inputs');
    const keepsAxes = options.boolean('keep_num_dims');
    const activation = operator.activation(options.int8('fused_activation_function'));
    const layer = { op: 'matmul', attributes: { activation } } as const;
    return ([input, weights]) => {
      const { shape } = input!;
      const x = keepsAxes ? shape : asRows(where, shape, weights!.shape);
      const dynamic = isDynamic ? { leading: x.length - 1, isSymmetric } : undefined;
      return weightedLayer(operator, { layer, input: shape, x, dynamic });
    };
  },
};

/** @throws ShapeError when the input's elements are no rows of as many as the weights take */
function asRows(where: string, input: Shape, weights: Shape): Shape {
  if (weights.length !== 2) {
    throw new ShapeError(`tflite: ${where}: weights ${formatShape(weights)} are not [N, K].`);
  }
  const [, units] = weights;
  const count = elementCount(input);
  if (count % units !== 0) {
    throw new ShapeError(
      `tflite: ${where}: input ${formatShape(input)} has ${count} elements, not a multiple of the weights' ${units}.`,
    );
  }
  return [count / units, units];
}
