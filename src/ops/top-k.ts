import shader from '../../shaders/top-k.wgsl';
import { ShapeError, UnsupportedOpError } from '../errors.ts';
import { formatShape, rowLength } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { operand, operandType, requireSameEncoding } from './lib/operands.ts';
import { rowsLaunch } from './lib/rows-launch.ts';

export interface TopKAttributes {
  /** How many elements of each row; from 1 to as many as there are. */
  readonly k: number;
}

/** Elements looked at for one row: a few tenths of a second; devices end what takes seconds. */
const maxSteps = 2 ** 30;

const kernel: Kernel<TopKAttributes> = {
  name: 'top-k',
  accepts(context) {
    const { dtype, shape } = operandType('top-k', context, 0);
    const steps = context.attributes.k * rowLength(shape);
    return dtype !== 'uint8' && context.outputs[1].dtype === 'int32' && steps <= maxSteps;
  },
  dispatch(context) {
    requireTypes(context);
    const { dtype } = operandType('top-k', context, 0);
    const { k } = context.attributes;
    const launch = rowsLaunch('top-k', context, k, { K: k });
    return {
      ...launch,
      shader,
      ...(dtype === 'int8' && { imports: { 'values-float': 'values-int8' } }),
      constants: { ...launch.constants, ...(dtype === 'int32' && { Value: 'i32' }) },
      bindings: [{ input: 0 }, { output: 0 }, { output: 1 }],
    };
  },
};

/**
 * The k largest elements of each row, the largest first, and where in the row they are; of equal ones the first comes
 * first.
 * Input of any shape [..., C] but a scalar, float32, int32 or 8-bit codes. Outputs [..., k]: the elements, encoded as the
 * input's, and their indices, int32. On the device k · C is at most 2³⁰.
 * @see TFLite TOPK_V2, ONNX TopK (along the last axis, largest first)
 */
export const topK: OpDefinition<TopKAttributes> = defineOp({
  name: 'top-k',
  inferShape(context) {
    const { shape } = operandType('top-k', context, 0);
    const { k } = context.attributes;
    if (shape.length === 0 || !Number.isInteger(k) || k < 1 || k > rowLength(shape)) {
      throw new ShapeError(
        `top-k "${context.name}": k is ${k}, the input is ${formatShape(shape)}. Use 1 to as many as a row has elements.`,
      );
    }
    const result = shape.with(-1, k);
    return [result, result];
  },
  reference(context, inputs) {
    requireTypes(context);
    const x = operand('top-k', context, inputs, 0);
    const [values, indices] = context.outputs.map(emptyTensor);
    const channels = rowLength(x.shape);
    const { k } = context.attributes;
    for (let row = 0; row < x.data.length / channels; row++) {
      const own = x.data.subarray(row * channels, (row + 1) * channels);
      // Equal infinities have no difference.
      const order = [...own.keys()].sort((a, b) => own[b] - own[a] || a - b).slice(0, k);
      order.forEach((index, i) => {
        values.data[row * k + i] = own[index];
        indices.data[row * k + i] = index;
      });
    }
    return [values, indices];
  },
  kernels: [kernel],
});

/** @throws UnsupportedOpError when the values are encoded otherwise than the input, or the indices are not int32 */
function requireTypes(context: OpContext<TopKAttributes>): void {
  const [values, indices] = context.outputs;
  requireSameEncoding('top-k', context.name, operandType('top-k', context, 0), values);
  if (indices.dtype !== 'int32') {
    throw new UnsupportedOpError(`top-k "${context.name}": its indices are ${indices.dtype}. They are int32.`);
  }
}
