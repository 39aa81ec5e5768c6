import type { OpDefinition } from './define-op.ts';
import { subtractCodes, addParameters } from './lib/add-codes.ts';
import { type BinaryAttributes, defineBinaryOp } from './lib/binary-op.ts';
import { pairTable } from './lib/pair-table.ts';

/**
 * Difference of two tensors: y = activation(a − b).
 * On 8-bit codes the arithmetic is that of the sum, with the second input's sign changed (see addParameters).
 * Inputs of shapes that broadcast; the output has the broadcast shape.
 * @see TFLite SUB, ONNX Sub
 */
export const sub: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'sub',
  evaluate: (a, b) => a - b,
  shader: 'combine-difference',
  codes: pairTable((quantizations, { attributes, rounding }, range) => {
    const parameters = addParameters(...quantizations, attributes.activation, range, rounding);
    return (a, b) => subtractCodes(a, b, parameters);
  }),
  int32: { evaluate: (a, b) => (a - b) | 0, shader: 'combine-difference' },
});
