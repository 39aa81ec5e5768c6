import dequantizeInt8 from '../../shaders/dequantize-int8.wgsl';
import { UnsupportedOpError } from '../errors.ts';
import { fromFloat16Bits } from '../tensor/float16.ts';
import type { Quantization } from '../tensor/quantization.ts';
import { dequantizeCodes } from '../tensor/quantize-tensor.ts';
import { elementCount, rowLength } from '../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpDefinition } from './define-op.ts';
import { elementwisePartition, unaryDispatch } from './lib/elementwise.ts';
import { operand, operandType, requireMatchingEntries } from './lib/operands.ts';
import { reorderElementwise } from './lib/reorder.ts';

/** The input's type says how. */
export type DequantizeAttributes = Readonly<Record<string, never>>;

const int8: Kernel<DequantizeAttributes> = {
  name: 'dequantize-int8',
  accepts: (context) =>
    operandType('dequantize', context, 0).dtype === 'int8' && context.outputs[0].dtype === 'float32',
  dispatch(context) {
    const input = operandType('dequantize', context, 0);
    const { scales, zeroPoints, axis } = inputQuantization(context.name, input);
    const isLastAxis = scales.length > 1 && axis === input.shape.length - 1;
    return unaryDispatch(context, {
      op: 'dequantize',
      shader: dequantizeInt8,
      constants: {
        CHANNELS: rowLength(input.shape),
        SCALES: scales.length,
        PER_CHANNEL: isLastAxis ? 1 : 0,
        AXIS_ROWS: scales.length > 1 ? elementCount(input.shape.slice((axis ?? 0) + 1, -1)) : 1,
      },
      bindings: [
        { constant: 'scales', sizeBytes: scales.length * 4, data: () => Float32Array.from(scales) },
        { constant: 'zeroPoints', sizeBytes: scales.length * 4, data: () => Int32Array.from(zeroPoints) },
      ],
      operationsPerElement: 2,
    });
  },
};

/**
 * Codes to the real numbers they stand for: y = float32(scale · (q − zeroPoint)), per tensor or along any axis; float16 to
 * the same numbers.
 * Input int8, uint8, int32 or float16 (the device: int8) of any shape; the output is float32 of the same. Layers that read
 * weights as they are do without it.
 * @see ONNX DequantizeLinear
 */
export const dequantize: OpDefinition<DequantizeAttributes> = defineOp({
  name: 'dequantize',
  isDecoder: true,
  inferShape: (context) => [operandType('dequantize', context, 0).shape],
  reference(context, inputs) {
    const { data, dtype, shape } = operand('dequantize', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    if (dtype === 'float16') y.data.set(Float32Array.from(data, fromFloat16Bits));
    else dequantizeCodes(data, shape, inputQuantization(context.name, operandType('dequantize', context, 0)), y.data);
    return [y];
  },
  kernels: [int8],
  partition: elementwisePartition(),
  reorder: reorderElementwise,
});

function inputQuantization(name: string, input: TensorType): Quantization {
  const { quantization } = input;
  if (quantization === undefined) {
    throw new UnsupportedOpError(
      `dequantize "${name}": the ${input.dtype} input has no quantization. Give it scales and zero points.`,
    );
  }
  requireMatchingEntries('dequantize', name, input, quantization);
  return quantization;
}
