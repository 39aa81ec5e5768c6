import { ShapeError } from '../../../errors.ts';
import { formatShape } from '../../../tensor/shape.ts';
import { type Constant, type OperatorFamily, reshapeTo, zeroOf } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

/** MATRIX_DIAG: rows as the diagonals of square matrices of zeros; MATRIX_SET_DIAG: of matrices that are given. */
export const matrixDiagonal: OperatorFamily = {
  types: ['MATRIX_DIAG', 'MATRIX_SET_DIAG'],
  takesInt32: true,
  inputCount: [1, 2],
  read(operator) {
    requireSameType(operator, operator.inputs);
    const sets = operator.type === 'MATRIX_SET_DIAG';
    if (operator.inputs.length !== (sets ? 2 : 1)) throw operator.unsupported(`${operator.inputs.length} inputs`);
    return (types) => {
      const diagonal = types[sets ? 1 : 0]!;
      const length = diagonal.shape.at(-1) ?? 0;
      const [rows, columns] = sets ? types[0]!.shape.slice(-2) : [length, length];
      if (length === 0 || Math.min(rows, columns) !== length) {
        const given = types.map((type) => formatShape(type!.shape)).join(', ');
        throw new ShapeError(`tflite: ${operator.where}: ${given} are no matrices and their diagonals.`);
      }
      const isOnDiagonal: Constant = {
        constant: { dtype: 'int32', shape: [rows, columns] },
        fill(data) {
          for (let index = 0; index < length; index++) data[index * columns + index] = 1;
        },
      };
      // Along rows where the matrix is wide: each column has its element in all rows.
      const isWide = columns > rows;
      const spread = [...diagonal.shape.slice(0, -1), ...(isWide ? [length, 1] : [1, length])];
      return {
        steps: [
          { ...reshapeTo(spread), operands: [{ input: sets ? 1 : 0 }] },
          {
            op: 'select',
            attributes: {},
            operands: [isOnDiagonal, { step: 0 }, sets ? { input: 0 } : zeroOf(diagonal)],
          },
        ],
        outputs: [1],
      };
    };
  },
};
