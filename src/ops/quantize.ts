import quantizeFloat from '../../shaders/quantize-float.wgsl';
import recodeInt8 from '../../shaders/recode-int8.wgsl';
import { UnsupportedOpError } from '../errors.ts';
import { codeRange, isQuantizedDType } from '../tensor/dtype.ts';
import { type Quantization, quantizeValue, scaleAt, zeroPointAt } from '../tensor/quantization.ts';
import { elementCount, rowLength } from '../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { elementwisePartition, unaryDispatch } from './lib/elementwise.ts';
import {
  everyDType,
  operand,
  operandType,
  requireMatchingEntries,
  sameEncoding,
  tensorQuantization,
} from './lib/operands.ts';
import { hasThresholds, quantizeThresholds, thresholdWords } from './lib/quantize-thresholds.ts';
import { recode, recodeConstants, recoding } from './lib/recode.ts';
import { reorderElementwise } from './lib/reorder.ts';

/** The output's type says how. */
export type QuantizeAttributes = Readonly<Record<string, never>>;

const float: Kernel<QuantizeAttributes> = {
  name: 'quantize-float',
  accepts(context) {
    const output = context.outputs[0];
    const { quantization } = output;
    return (
      operandType('quantize', context, 0).dtype === 'float32' &&
      output.dtype === 'int8' &&
      quantization !== undefined &&
      isPerTensorOrLastAxis(quantization, output) &&
      quantization.scales.every(hasThresholds)
    );
  },
  dispatch(context) {
    const quantization = outputQuantization(context);
    const { scales, zeroPoints } = quantization;
    return unaryDispatch(context, {
      op: 'quantize',
      shader: quantizeFloat,
      constants: {
        CHANNELS: rowLength(context.outputs[0].shape),
        TABLES: scales.length,
        TABLE_WORDS: thresholdWords,
      },
      bindings: [
        {
          constant: 'thresholds',
          sizeBytes: scales.length * thresholdWords * 4,
          data() {
            const tables = new Int32Array(scales.length * thresholdWords);
            scales.forEach((scale, index) =>
              tables.set(quantizeThresholds(scale, zeroPoints[index]), index * thresholdWords),
            );
            return tables;
          },
        },
      ],
      operationsPerElement: 8,
    });
  },
};

const int8: Kernel<QuantizeAttributes> = {
  name: 'recode-int8',
  accepts: (context) => everyDType(context, 'int8'),
  dispatch(context) {
    const input = tensorQuantization('quantize', context.name, operandType('quantize', context, 0));
    const output = tensorQuantization('quantize', context.name, context.outputs[0]);
    return unaryDispatch(context, {
      op: 'quantize',
      shader: recodeInt8,
      ...recodeConstants(input, output, 'none', context.rounding),
      operationsPerElement: 3,
    });
  },
};

/**
 * Real numbers, or codes of another quantization, to the 8-bit codes of the output's type.
 * - float32: y = saturate(roundTiesEven(float32(x / scale)) + zeroPoint), per tensor or along any axis (on the device the
 *   last). NaN becomes the zero point.
 * - codes (int8, uint8, int32): y = saturate(requantize(q − zx, sx / sy) + zy), per tensor.
 * Input of any shape; the output has the same.
 * @see ONNX QuantizeLinear
 */
export const quantize: OpDefinition<QuantizeAttributes> = defineOp({
  name: 'quantize',
  inferShape: (context) => [operandType('quantize', context, 0).shape],
  reference(context, inputs) {
    const x = operand('quantize', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    const quantization = outputQuantization(context);
    const range = codeRange(y.dtype as 'int8' | 'uint8');
    if (x.dtype !== 'float32') {
      const from = tensorQuantization('quantize', context.name, operandType('quantize', context, 0));
      const to = tensorQuantization('quantize', context.name, context.outputs[0]);
      const parameters = recoding(from, to, 'none', range, context.rounding);
      for (let i = 0; i < x.data.length; i++) y.data[i] = recode(x.data[i], parameters);
      return [y];
    }
    const axis = quantization.axis ?? 0;
    const inner = elementCount(y.shape.slice(axis + 1));
    const size = y.shape[axis] ?? 1;
    for (let i = 0; i < x.data.length; i++) {
      const index = Math.floor(i / inner) % size;
      const zeroPoint = zeroPointAt(quantization, index);
      const value = x.data[i];
      y.data[i] = Number.isNaN(value)
        ? zeroPoint
        : quantizeValue(value, scaleAt(quantization, index), zeroPoint, range[0], range[1]);
    }
    return [y];
  },
  kernels: [float, int8],
  partition: elementwisePartition(),
  reorder: reorderElementwise,
  inputOffsets: (context) => (sameEncoding(operandType('quantize', context, 0), context.outputs[0]) ? [0] : undefined),
  /** Codes that became real numbers become the same codes again, unless the numbers leave float32. */
  absorbProducer(self, producer) {
    const [codes] = producer.context.inputs;
    if (producer.op !== 'dequantize' || !codes || !sameEncoding(codes, self.context.outputs[0])) return undefined;
    const { scales } = outputQuantization(self.context);
    return scales.length === 1 && hasThresholds(scales[0]) ? { attributes: {}, inputs: producer.inputs } : undefined;
  },
});

function isPerTensorOrLastAxis({ scales, axis }: Quantization, type: TensorType): boolean {
  return scales.length === 1 || axis === type.shape.length - 1;
}

function outputQuantization(context: Pick<OpContext<QuantizeAttributes>, 'name' | 'outputs'>): Quantization {
  const output = context.outputs[0];
  const { quantization } = output;
  if (!isQuantizedDType(output.dtype) || quantization === undefined) {
    throw new UnsupportedOpError(
      `quantize "${context.name}": the output is ${output.dtype}${quantization === undefined ? ' without quantization' : ''}. Give it dtype int8 or uint8, and scales and zero points.`,
    );
  }
  requireMatchingEntries('quantize', context.name, output, quantization);
  return quantization;
}
