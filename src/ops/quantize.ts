import quantizeExact from '../../shaders/quantize-exact.wgsl';
import quantizeFloat from '../../shaders/quantize-float.wgsl';
import recodeInt8 from '../../shaders/recode-int8.wgsl';
import { ShapeError, UnsupportedOpError } from '../errors.ts';
import { codeRange } from '../tensor/dtype.ts';
import { clamp, entryOf, type Quantization, quantizeValue, scaleAt, zeroPointAt } from '../tensor/quantization.ts';
import { randomBits } from '../tensor/random.ts';
import { elementCount, formatShape, rowLength, type Shape } from '../tensor/shape.ts';
import { emptyTensor, type Tensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { unaryDispatch } from './lib/elementwise.ts';
import {
  everyDType,
  operand,
  operandType,
  requireMatchingEntries,
  sameEncoding,
  tensorQuantization,
} from './lib/operands.ts';
import { entryBindings, entryConstants, entryPartition } from './lib/quantization-entries.ts';
import { hasThresholds, quantizeThresholds, thresholdWords } from './lib/quantize-thresholds.ts';
import { recode, recodeConstants, recoding } from './lib/recode.ts';
import { reorderElementwise } from './lib/reorder.ts';

export interface QuantizeAttributes {
  /**
   * Smallest and largest code, where they are not those of the output's dtype: ±127 or −8 to 7 in int8, 16-bit codes in
   * int32.
   */
  readonly range?: readonly [number, number];
}

type Context = Pick<OpContext<QuantizeAttributes>, 'name' | 'attributes' | 'outputs'>;

/** Tables of more scales are larger than what they save. */
const maxTables = 4096;
/** Codes with zero points are within this, so that both add up to an int32. */
const largestShifted = 2 ** 29;

const float: Kernel<QuantizeAttributes> = {
  name: 'quantize-float',
  accepts(context) {
    const [output] = context.outputs;
    return (
      isFromFloat(context) &&
      output.dtype === 'int8' &&
      context.inputs[1] === undefined &&
      isPerTensorOrLastAxis(outputQuantization(context), output.shape) &&
      outputQuantization(context).scales.every(hasThresholds)
    );
  },
  dispatch(context) {
    const { scales, zeroPoints } = outputQuantization(context);
    return unaryDispatch(context, {
      op: 'quantize',
      shader: quantizeFloat,
      constants: {
        CHANNELS: rowLength(context.outputs[0].shape),
        TABLES: scales.length,
        TABLE_WORDS: thresholdWords,
        ...rangeConstants(context),
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

const exact: Kernel<QuantizeAttributes> = {
  name: 'quantize-exact',
  accepts: (context) => isFromFloat(context) && ['int8', 'int32'].includes(context.outputs[0].dtype),
  dispatch(context) {
    const [{ dtype, shape }] = context.outputs;
    const quantization = outputQuantization(context);
    const isRandom = context.inputs[1] !== undefined;
    return unaryDispatch(context, {
      op: 'quantize',
      shader: quantizeExact,
      imports: {
        'round-nearest': isRandom ? 'round-random' : 'round-nearest',
        'result-int8': dtype === 'int8' ? 'result-int8' : 'result-int32',
      },
      constants: { ...entryConstants(quantization, shape), ...rangeConstants(context) },
      bindings: [...entryBindings(quantization), ...(isRandom ? [{ input: 1 }] : [])],
      operationsPerElement: 150,
    });
  },
};

const int8: Kernel<QuantizeAttributes> = {
  name: 'recode-int8',
  accepts: (context) => everyDType(context, 'int8'),
  dispatch(context) {
    const input = tensorQuantization('quantize', context.name, operandType('quantize', context, 0));
    const output = tensorQuantization('quantize', context.name, context.outputs[0]);
    const { imports, constants } = recodeConstants(input, output, 'none', context.rounding);
    const [low, high] = rangeOf(context);
    return unaryDispatch(context, {
      op: 'quantize',
      shader: recodeInt8,
      imports,
      constants: { ...constants, RECODE_LOW: low, RECODE_HIGH: high },
      operationsPerElement: 3,
    });
  },
};

/**
 * Real numbers, or codes of another quantization, to the codes of the output's type.
 * - float32: y = clamp(round(float32(x / scale)) + zeroPoint, low, high), per tensor, along any axis or per block. NaN
 *   becomes the zero point. Rounding is to the nearest, halves to even; with a seed, to one of the two neighbours at
 *   random, so that the mean is x / scale: up where the first bits of the seed's stream for the element, counted in
 *   row-major order, are below the fraction. That is the same on every device, and another seed gives other codes.
 * - codes (int8, uint8, int32): y = clamp(requantize(q − zx, sx / sy) + zy, low, high), per tensor, without a seed.
 * Inputs: x of any shape; seed? int32 of one element. Output: int8, uint8 or int32 of x's shape.
 * @see ONNX QuantizeLinear, TFLite QUANTIZE
 */
export const quantize: OpDefinition<QuantizeAttributes> = defineOp({
  name: 'quantize',
  inferShape(context): readonly Shape[] {
    const seed = context.inputs[1];
    if (seed !== undefined && (seed.dtype !== 'int32' || elementCount(seed.shape) !== 1)) {
      throw new ShapeError(
        `quantize "${context.name}": its seed is ${seed.dtype} ${formatShape(seed.shape)}. It must be one int32.`,
      );
    }
    return [operandType('quantize', context, 0).shape];
  },
  reference(context, inputs) {
    const x = operand('quantize', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    const quantization = outputQuantization(context);
    const range = rangeOf(context);
    if (x.dtype !== 'float32') {
      const from = tensorQuantization('quantize', context.name, operandType('quantize', context, 0));
      const to = tensorQuantization('quantize', context.name, context.outputs[0]);
      const parameters = { ...recoding(from, to, 'none', range, context.rounding), low: range[0], high: range[1] };
      for (let i = 0; i < x.data.length; i++) y.data[i] = recode(x.data[i], parameters);
      return [y];
    }
    const round = rounder(inputs[1]);
    const indexOf = entryOf(quantization, x.shape);
    for (let i = 0; i < x.data.length; i++) {
      const entry = indexOf(i);
      const value = Number.isNaN(x.data[i]) ? 0 : x.data[i];
      y.data[i] = round(value, scaleAt(quantization, entry), zeroPointAt(quantization, entry), range, i);
    }
    return [y];
  },
  kernels: [float, exact, int8],
  // In parts, elements would have other numbers for their seed.
  partition: entryPartition(({ inputs, outputs }) => inputs[1] === undefined && outputs[0].quantization),
  reorder: (context) => (context.inputs[1] === undefined ? reorderElementwise(context) : undefined),
  lowerUnsigned: ({ range }) => (range === undefined ? {} : { range: [range[0] - 128, range[1] - 128] }),
  inputOffsets: (context) =>
    sameEncoding(operandType('quantize', context, 0), context.outputs[0]) && context.attributes.range === undefined
      ? [0]
      : undefined,
  /** Codes that became real numbers become the same codes again, unless the numbers leave float32. */
  absorbProducer(self, producer) {
    const [codes] = producer.context.inputs;
    if (producer.op !== 'dequantize' || !codes || !sameEncoding(codes, self.context.outputs[0])) return undefined;
    // float32 does not hold all codes of 32 bits.
    if (codes.dtype === 'int32') return undefined;
    const { scales } = outputQuantization(self.context);
    const attributes = self.attributes as QuantizeAttributes;
    return scales.length === 1 && hasThresholds(scales[0]) ? { attributes, inputs: producer.inputs } : undefined;
  },
});

type Rounder = (
  value: number,
  scale: number,
  zeroPoint: number,
  range: readonly [number, number],
  index: number,
) => number;

function rounder(seed: Tensor | undefined): Rounder {
  if (seed === undefined) {
    return (value, scale, zeroPoint, [low, high]) => quantizeValue(value, scale, zeroPoint, low, high);
  }
  return (value, scale, zeroPoint, [low, high], index) => {
    const quotient = Math.fround(value / Math.fround(scale));
    const whole = Math.floor(Math.abs(quotient));
    const isUp = randomBits(seed.data[0], index) < Math.floor((Math.abs(quotient) - whole) * 2 ** 32);
    return clamp(Math.sign(quotient) * (whole + (isUp ? 1 : 0)) + zeroPoint, low, high);
  };
}

function isFromFloat(context: OpContext<QuantizeAttributes>): boolean {
  return operandType('quantize', context, 0).dtype === 'float32';
}

function isPerTensorOrLastAxis({ scales, axis, blockSize }: Quantization, shape: Shape): boolean {
  const isLastAxis = axis === shape.length - 1 && blockSize === undefined && scales.length <= maxTables;
  return scales.length === 1 || isLastAxis;
}

function outputQuantization({ name, outputs }: Pick<Context, 'name' | 'outputs'>): Quantization {
  const [output] = outputs;
  const { dtype, quantization } = output;
  if (dtype === 'float32' || dtype === 'float16' || quantization === undefined) {
    throw new UnsupportedOpError(
      `quantize "${name}": the output is ${dtype}${quantization === undefined ? ' without quantization' : ''}. Give it dtype int8, uint8 or int32, and scales and zero points.`,
    );
  }
  requireMatchingEntries('quantize', name, output, quantization);
  return quantization;
}

/** @throws ShapeError when the attribute is no range of codes of the output */
function rangeOf({ name, attributes, outputs }: Context): readonly [number, number] {
  const [{ dtype, quantization }] = outputs;
  const isInt32 = dtype === 'int32';
  const widest = isInt32 ? ([-(2 ** 31), 2 ** 31 - 1] as const) : codeRange(dtype as 'int8' | 'uint8');
  const [low, high] = attributes.range ?? widest;
  const isValid =
    Number.isInteger(low) && Number.isInteger(high) && low <= high && low >= widest[0] && high <= widest[1];
  const isShifted = isInt32 && quantization?.zeroPoints.some((zeroPoint) => zeroPoint !== 0);
  if (isValid && !(isShifted && Math.max(-low, high) > largestShifted)) return [low, high];
  throw new ShapeError(
    `quantize "${name}": the range of codes is ${low} to ${high}; ${dtype} ${isShifted ? 'with zero points ' : ''}takes integers from ${isShifted ? -largestShifted : widest[0]} to ${isShifted ? largestShifted : widest[1]}. Give it another range.`,
  );
}

function rangeConstants(context: Context): { readonly LOW: number; readonly HIGH: number } {
  const [low, high] = rangeOf(context);
  return { LOW: low, HIGH: high };
}
