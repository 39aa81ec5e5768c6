import dequantizeCodesShader from '../../shaders/dequantize-codes.wgsl';
import dequantizeFloat16 from '../../shaders/dequantize-float16.wgsl';
import { UnsupportedOpError } from '../errors.ts';
import { fromFloat16Bits } from '../tensor/float16.ts';
import type { Quantization } from '../tensor/quantization.ts';
import { dequantizeCodes } from '../tensor/quantize-tensor.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpDefinition } from './define-op.ts';
import { unaryDispatch } from './lib/elementwise.ts';
import { operand, operandType, requireMatchingEntries } from './lib/operands.ts';
import { entryBindings, entryConstants, entryPartition } from './lib/quantization-entries.ts';
import { reorderElementwise } from './lib/reorder.ts';

/** The input's type says how. */
export type DequantizeAttributes = Readonly<Record<string, never>>;

const codes: Kernel<DequantizeAttributes> = {
  name: 'dequantize-codes',
  accepts: (context) =>
    ['int8', 'int32'].includes(operandType('dequantize', context, 0).dtype) && context.outputs[0].dtype === 'float32',
  dispatch(context) {
    const input = operandType('dequantize', context, 0);
    const quantization = inputQuantization(context.name, input);
    const isInt32 = input.dtype === 'int32';
    return unaryDispatch(context, {
      op: 'dequantize',
      shader: dequantizeCodesShader,
      imports: isInt32 ? { 'values-int8': 'values-float', 'exact-float': 'nearest-float' } : {},
      constants: { ...entryConstants(quantization, input.shape), ...(isInt32 && { Value: 'i32' }) },
      bindings: entryBindings(quantization),
      operationsPerElement: 2,
    });
  },
};

const float16: Kernel<DequantizeAttributes> = {
  name: 'dequantize-float16',
  accepts: (context) =>
    operandType('dequantize', context, 0).dtype === 'float16' && context.outputs[0].dtype === 'float32',
  dispatch: (context) =>
    unaryDispatch(context, { op: 'dequantize', shader: dequantizeFloat16, operationsPerElement: 1 }),
};

/**
 * Codes to the real numbers they stand for: y = float32(scale · float32(q − zeroPoint)), per tensor, along any axis or per
 * block; float16 to the same numbers.
 * Input int8, uint8, int32 or float16 of any shape; the output is float32 of the same. Layers that read weights as they
 * are do without it.
 * @see ONNX DequantizeLinear, TFLite DEQUANTIZE
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
  kernels: [codes, float16],
  reorder: reorderElementwise,
  partition: entryPartition((context) => operandType('dequantize', context, 0).quantization),
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
