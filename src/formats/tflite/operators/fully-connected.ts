import { ShapeError } from '../../../errors.ts';
import { elementCount, formatShape, sameShape } from '../../../tensor/shape.ts';
import { type OperatorFamily, optionsSchema, reshapeTo } from '../operator.ts';
import { requireWeightTypes } from '../operator-types.ts';

const schema = optionsSchema(8, 'FullyConnectedOptions', {
  fused_activation_function: 0,
  weights_format: 1,
  keep_num_dims: 2,
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
    requireWeightTypes(operator, 0);
    const keepsAxes = options.boolean('keep_num_dims');
    const activation = operator.activation(options.int8('fused_activation_function'));
    return ([x, weights]) => {
      const product = { op: 'matmul', attributes: { activation } } as const;
      if (keepsAxes) return product;
      if (weights?.shape.length !== 2) {
        throw new ShapeError(`tflite: ${where}: weights ${formatShape(weights?.shape ?? [])} are not [N, K].`);
      }
      const units = weights.shape[1];
      const count = elementCount(x!.shape);
      if (count % units !== 0) {
        throw new ShapeError(
          `tflite: ${where}: input ${formatShape(x!.shape)} has ${count} elements, not a multiple of the weights' ${units}.`,
        );
      }
      const rows = [count / units, units];
      if (sameShape(x!.shape, rows)) return product;
      const others = operator.inputs.flatMap((tensor, input) =>
        input === 0 || tensor === undefined ? [] : [{ input }],
      );
      return {
        steps: [
          { ...reshapeTo(rows), operands: [{ input: 0 }] },
          { ...product, operands: [{ step: 0 }, ...others] },
        ],
        outputs: [1],
      };
    };
  },
};
