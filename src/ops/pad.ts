import { ShapeError } from '../errors.ts';
import { codeRange, isQuantizedDType } from '../tensor/dtype.ts';
import { clamp, quantizeValue } from '../tensor/quantization.ts';
import { float32Bits } from '../tensor/requantize.ts';
import { formatShape } from '../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpDefinition } from './define-op.ts';
import { denseStrides } from './lib/axes.ts';
import { operand, operandType, requireSameEncoding, tensorQuantization } from './lib/operands.ts';
import { canPad, padDispatch, type Padding } from './lib/padding.ts';
import { bySourceAxis } from './lib/reorder.ts';

export interface PadAttributes {
  /** Elements before and after along each axis; a negative number removes that many. */
  readonly padding: Padding;
  /** The real number to fill with; codes use the code that stands for it. */
  readonly value: number;
}

const kernel: Kernel<PadAttributes> = {
  name: 'pad',
  accepts: (context) => canPad('pad', context, true),
  dispatch(context) {
    const [output] = context.outputs;
    requireSameEncoding('pad', context.name, operandType('pad', context, 0), output);
    const value = padElement(context.name, output, context.attributes.value);
    const lane = { int8: value & 0xff, float32: float32Bits(value) }[output.dtype as string] ?? value;
    return padDispatch('pad', context, true, { constants: { PAD_LANE: lane >>> 0 } });
  },
};

/**
 * A constant border: y[o] = x[o − before] inside, `value` outside. On 8-bit codes the value is quantized, so 0 becomes
 * the zero point. Negative padding removes elements.
 * Input of any shape and dtype; each axis of the output is before + size + after long, at least 1.
 * On the device int8, float32 and int32, and at most four leading axes may remain after merging those without padding into the one before.
 * @see ONNX Pad
 */
export const pad: OpDefinition<PadAttributes> = defineOp({
  name: 'pad',
  quantization: { output: 'input', inputTakesOutputRange: true },
  inferShape(context) {
    const { shape } = operandType('pad', context, 0);
    const { padding } = context.attributes;
    const isValid = padding.every((sides) => sides.length === 2 && sides.every(Number.isInteger));
    const padded = shape.map((size, axis) => (padding[axis]?.[0] ?? 0) + size + (padding[axis]?.[1] ?? 0));
    if (padding.length !== shape.length || !isValid || padded.some((size) => size < 1)) {
      throw new ShapeError(
        `pad "${context.name}": padding [${padding.map((sides) => `[${sides.join(', ')}]`).join(', ')}] does not fit input ${formatShape(shape)}. Give [before, after] for every axis, and leave something of each.`,
      );
    }
    return [padded];
  },
  reference(context, inputs) {
    const x = operand('pad', context, inputs, 0);
    const [type] = context.outputs;
    requireSameEncoding('pad', context.name, operandType('pad', context, 0), type);
    const y = emptyTensor(type);
    const { padding, value } = context.attributes;
    const filler = padElement(context.name, type, value);
    const strides = denseStrides(x.shape);
    for (let i = 0; i < y.data.length; i++) {
      let offset = 0;
      let isInside = true;
      for (let axis = x.shape.length - 1, rest = i; axis >= 0; axis--) {
        const index = (rest % y.shape[axis]) - padding[axis][0];
        rest = Math.floor(rest / y.shape[axis]);
        offset += index * strides[axis];
        isInside &&= index >= 0 && index < x.shape[axis];
      }
      y.data[i] = isInside ? x.data[offset] : filler;
    }
    return [y];
  },
  kernels: [kernel],
  inputOffsets(context) {
    requireSameEncoding('pad', context.name, operandType('pad', context, 0), context.outputs[0]);
    return context.attributes.padding.flat().every((size) => size === 0) ? [0] : undefined;
  },
  reorder: ({ attributes: { padding, value } }, order) => ({
    attributes: { padding: bySourceAxis(padding, order), value },
  }),
  partition: {
    unit: () => 1,
    part(context, { axis, start, end }) {
      const { padding, value } = context.attributes;
      const size = operandType('pad', context, 0).shape[axis];
      const [before] = padding[axis];
      // What is read of the input; where that is nothing, any index, which is then removed again.
      const first = clamp(start - before, 0, size - 1);
      const last = clamp(end - before, first + 1, size);
      const own = [first + before - start, end - before - last] as const;
      return {
        attributes: { padding: padding.map((sides, other) => (other === axis ? own : sides)), value },
        inputs: [{ input: 0, ranges: [{ axis, start: first, end: last }] }],
      };
    },
  },
});

/** The padding value as an element of the tensor. */
function padElement(name: string, type: TensorType, value: number): number {
  if (!isQuantizedDType(type.dtype)) return value;
  const { scales, zeroPoints } = tensorQuantization('pad', name, type);
  const [low, high] = codeRange(type.dtype as 'int8' | 'uint8');
  return quantizeValue(value, scales[0], zeroPoints[0], low, high);
}
