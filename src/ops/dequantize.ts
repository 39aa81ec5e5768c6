import dequantizeInt8 from '../../shaders/dequantize-int8.wgsl';
import { UnsupportedOpError } from '../errors.ts';
import { dequantizeValue, type Quantization, scaleAt, zeroPointAt } from '../tensor/quantization.ts';
import { elementCount, rowLength } from '../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpDefinition } from './define-op.ts';
import { elementwisePartition, unaryDispatch } from './lib/elementwise.ts';
import { operand, operandType, requireMatchingAxis } from './lib/operands.ts';
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
 * Codes to the real numbers they stand for: y = float32(scale · (q − zeroPoint)), per tensor or along any axis.
 * Input int8, uint8 or int32 (the device: int8) of any shape; the output is float32 of the same.
 * @see ONNX DequantizeLinear
 */
export const dequantize: OpDefinition<DequantizeAttributes> = defineOp({
  name: 'dequantize',
  inferShape: (context) => [operandType('dequantize', context, 0).shape],
  reference(context, inputs) {
    const x = operand('dequantize', context, inputs, 0);
    const quantization = inputQuantization(context.name, operandType('dequantize', context, 0));
    const y = emptyTensor(context.outputs[0]);
    const axis = quantization.axis ?? 0;
    const inner = elementCount(x.shape.slice(axis + 1));
    const size = x.shape[axis] ?? 1;
    for (let i = 0; i < x.data.length; i++) {
      const index = Math.floor(i / inner) % size;
      y.data[i] = dequantizeValue(x.data[i], scaleAt(quantization, index), zeroPointAt(quantization, index));
    }
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
  requireMatchingAxis('dequantize', name, input, quantization);
  return quantization;
}
