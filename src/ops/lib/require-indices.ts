import { UnsupportedOpError } from '../../errors.ts';
import type { TensorType } from '../../tensor/tensor.ts';
import type { OpContext } from '../define-op.ts';
import { operandType } from './operands.ts';

/** Type of the second input, which holds indices. @throws UnsupportedOpError when they are not int32 */
export function requireIndices<A>(op: string, context: Pick<OpContext<A>, 'name' | 'inputs'>): TensorType {
  const type = operandType(op, context, 1);
  if (type.dtype === 'int32') return type;
  throw new UnsupportedOpError(`${op} "${context.name}": its indices are ${type.dtype}. They must be int32.`);
}
