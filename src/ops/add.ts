import type { OpDefinition } from './define-op.ts';
import { addCodes, addCodesConstants, addParameters } from './lib/add-codes.ts';
import { type BinaryAttributes, defineBinaryOp } from './lib/binary-op.ts';

/**
 * Sum of two tensors: y = activation(a + b).
 * On 8-bit codes the three quantizations may differ; the arithmetic is in integers (see addParameters).
 * Inputs of shapes that broadcast; the output has the broadcast shape.
 * @see TFLite ADD, ONNX Add
 */
export const add: OpDefinition<BinaryAttributes> = defineBinaryOp({
  name: 'add',
  evaluate: (a, b) => a + b,
  shader: 'combine-sum',
  codes: {
    combine(quantizations, { attributes, rounding }, range) {
      const parameters = addParameters(...quantizations, attributes.activation, range, rounding);
      return (a, b) => addCodes(a, b, parameters);
    },
    kernel: (quantizations, { attributes, rounding }) =>
      addCodesConstants(...quantizations, attributes.activation, rounding),
  },
  int32: { evaluate: (a, b) => (a + b) | 0, shader: 'combine-sum' },
});
