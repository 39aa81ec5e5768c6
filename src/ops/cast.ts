import shader from '../../shaders/cast.wgsl';
import { UnsupportedOpError } from '../errors.ts';
import type { DType } from '../tensor/dtype.ts';
import { clamp } from '../tensor/quantization.ts';
import { elementCount, quadCount } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { elementwisePartition } from './lib/elementwise.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { operand, operandType, streamingCost } from './lib/operands.ts';
import { reorderElementwise } from './lib/reorder.ts';

export type CastAttributes = Readonly<Record<string, never>>;

const wgslTypes: Readonly<Partial<Record<DType, string>>> = { float32: 'f32', int32: 'i32' };

const kernel: Kernel<CastAttributes> = {
  name: 'cast',
  accepts: (context) => dtypes(context).every((dtype) => dtype in wgslTypes),
  dispatch(context) {
    const { shape } = context.outputs[0];
    const launch = linearDispatch(quadCount(shape));
    const [from, to] = dtypes(context);
    return {
      shader,
      constants: { ...launch.constants, Y_QUADS: quadCount(shape), From: wgslTypes[from]!, To: wgslTypes[to]! },
      bindings: [{ input: 0 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, elementCount(shape)),
    };
  },
};

/**
 * The same numbers as float32 or int32: a real number loses its fraction, and saturates.
 * Input of any shape, float32 or int32; the output has the same shape and the dtype of its value.
 * @see TFLite CAST, ONNX Cast
 */
export const cast: OpDefinition<CastAttributes> = defineOp({
  name: 'cast',
  inferShape: (context) => [operandType('cast', context, 0).shape],
  reference(context, inputs) {
    const x = operand('cast', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    const other = dtypes(context).find((dtype) => !(dtype in wgslTypes));
    if (other !== undefined) {
      throw new UnsupportedOpError(
        `cast "${context.name}": ${other} cannot be cast. Use float32 or int32; quantize and dequantize convert codes.`,
      );
    }
    const convert =
      y.dtype === 'int32'
        ? (value: number) => clamp(Math.trunc(value), -(2 ** 31), 2 ** 31 - 1)
        : (value: number) => value;
    for (let i = 0; i < y.data.length; i++) y.data[i] = convert(x.data[i]);
    return [y];
  },
  kernels: [kernel],
  inputOffsets(context) {
    const [from, to] = dtypes(context);
    return from === to ? [0] : undefined;
  },
  partition: elementwisePartition(),
  reorder: reorderElementwise,
});

function dtypes(context: OpContext<CastAttributes>): readonly [DType, DType] {
  return [operandType('cast', context, 0).dtype, context.outputs[0].dtype];
}
