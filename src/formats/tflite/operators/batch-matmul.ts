import { type OperatorFamily, optionsSchema } from '../operator.ts';
import { readWeightTypes, requireSameType } from '../operator-types.ts';
import { weightedLayer } from '../weighted-layer.ts';

const schema = optionsSchema(101, 'BatchMatMulOptions', { adj_x: 0, adj_y: 1, asymmetric_quantize_inputs: 2 });

/** BATCH_MATMUL. By a constant matrix it is a layer whose weights are that matrix, transposed. */
export const batchMatmul: OperatorFamily = {
  types: ['BATCH_MATMUL'],
  inputCount: [2, 2],
  read(operator) {
    const options = operator.options(schema);
    const [transposesA, transposesB] = [options.boolean('adj_x'), options.boolean('adj_y')];
    const isLayer = operator.input(1).data !== undefined && operator.input(1).shape.length === 2 && !transposesA;
    if (!isLayer) {
      requireSameType(operator, operator.inputs);
      return () => ({ op: 'batch-matmul', attributes: { transposesA, transposesB, activation: 'none' } });
    }
    const isDynamic = readWeightTypes(operator, 0);
    const isSymmetric = !options.boolean('asymmetric_quantize_inputs');
    return ([a]) => {
      const { shape } = a!;
      return weightedLayer(operator, {
        layer: { op: 'matmul', attributes: { activation: 'none' } },
        input: shape,
        x: shape,
        dynamic: isDynamic ? { leading: shape.length - 1, isSymmetric } : undefined,
        turnsWeights: !transposesB,
      });
    };
  },
};
