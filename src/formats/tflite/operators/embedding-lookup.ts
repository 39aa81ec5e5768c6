import { type OperatorFamily, type Operand, type Step } from '../operator.ts';

/** EMBEDDING_LOOKUP: rows of a table, in codes perhaps, by their indices. */
export const embeddingLookup: OperatorFamily = {
  types: ['EMBEDDING_LOOKUP'],
  takesInt32: true,
  inputCount: [2, 2],
  perChannel: [1],
  read(operator) {
    const [indices, table] = [operator.input(0), operator.input(1)];
    if (indices.type !== 'INT32') throw operator.unsupported(`indices of type ${indices.type}`);
    const isSame = table.type === operator.output.type && table.scales.length <= 1;
    const isCodes = table.type === 'INT8' || table.type === 'UINT8';
    if (!isSame && !(isCodes && operator.output.type === 'FLOAT32')) {
      throw operator.unsupported(`${table.type} rows as ${operator.output.type}`);
    }
    const lookUp = (rows: Operand): Step => ({ op: 'gather', attributes: { axis: 0 }, operands: [rows, { input: 0 }] });
    const decode = (codes: Operand): Step => ({
      op: 'dequantize',
      attributes: {},
      operands: [codes],
      results: [{ dtype: 'float32' }],
    });
    return () => {
      if (isSame) return { steps: [lookUp({ input: 1 })], outputs: [0] };
      // Rows with scales of their own become numbers before; others where they are few.
      const steps =
        table.scales.length > 1
          ? [decode({ input: 1 }), lookUp({ step: 0 })]
          : [lookUp({ input: 1 }), decode({ step: 0 })];
      return { steps, outputs: [1] };
    };
  },
};
