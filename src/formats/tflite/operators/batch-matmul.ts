import { type OperatorFamily, optionsSchema, type Step } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(101, 'BatchMatMulOptions', { adj_x: 0, adj_y: 1 });

/** BATCH_MATMUL. By a constant matrix it is a layer whose weights are that matrix, transposed. */
export const batchMatmul: OperatorFamily = {
  types: ['BATCH_MATMUL'],
  inputCount: [2, 2],
  read(operator) {
    requireSameType(operator, operator.inputs);
    const options = operator.options(schema);
    const [transposesA, transposesB] = [options.boolean('adj_x'), options.boolean('adj_y')];
    return ([, b]) => {
      if (operator.input(1).data === undefined || b!.shape.length !== 2 || transposesA) {
        return { op: 'batch-matmul', attributes: { transposesA, transposesB, activation: 'none' } };
      }
      const turn: Step = { op: 'transpose', attributes: { permutation: [1, 0] }, operands: [{ input: 1 }] };
      const steps: readonly Step[] = transposesB ? [] : [turn];
      const weights = transposesB ? { input: 1 } : { step: 0 };
      const product: Step = { op: 'matmul', attributes: { activation: 'none' }, operands: [{ input: 0 }, weights] };
      return { steps: [...steps, product], outputs: [steps.length] };
    };
  },
};
