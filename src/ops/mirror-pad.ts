import { ShapeError } from '../errors.ts';
import { clamp } from '../tensor/quantization.ts';
import { formatShape } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpDefinition } from './define-op.ts';
import { denseStrides } from './lib/axes.ts';
import { operand, operandType, requireSameEncoding } from './lib/operands.ts';
import { canPad, padDispatch, type Padding } from './lib/padding.ts';
import { bySourceAxis } from './lib/reorder.ts';

/** What lies beyond the elements a b c: `reflect` c b | a b c | b a, `symmetric` b a | a b c | c b, `edge` a a | a b c | c c. */
export type MirrorMode = 'reflect' | 'symmetric' | 'edge';

export interface MirrorPadAttributes {
  /** Elements before and after along each axis: less than its size for `reflect`, at most as many for `symmetric`. */
  readonly padding: Padding;
  readonly mode: MirrorMode;
}

/** How many more elements than there are along an axis may be added on a side. */
const reach: Readonly<Record<MirrorMode, number>> = { reflect: -1, symmetric: 0, edge: Infinity };

const kernel: Kernel<MirrorPadAttributes> = {
  name: 'pad',
  accepts: (context) => canPad('mirror-pad', context, false),
  dispatch(context) {
    const input = operandType('mirror-pad', context, 0);
    requireSameEncoding('mirror-pad', context.name, input, context.outputs[0]);
    const imports = { 'border-constant': `border-${context.attributes.mode}` };
    return padDispatch('mirror-pad', context, false, { imports });
  },
};

/**
 * A border of the elements next to it: y[o] = x[the index that o − before is within, mirrored or moved to the edge].
 * Input of any shape and dtype; each axis of the output is before + size + after long.
 * On the device int8, float32 and int32, and at most four leading axes may remain after merging neighbours without padding.
 * @see TFLite MIRROR_PAD; ONNX Pad with the modes reflect and edge
 */
export const mirrorPad: OpDefinition<MirrorPadAttributes> = defineOp({
  name: 'mirror-pad',
  quantization: { output: 'input' },
  inferShape(context) {
    const { shape } = operandType('mirror-pad', context, 0);
    const { padding, mode } = context.attributes;
    const isValid = (axis: number, sides: readonly number[]): boolean =>
      sides.length === 2 &&
      sides.every((size) => Number.isInteger(size) && size >= 0 && size <= shape[axis] + reach[mode]);
    if (padding.length !== shape.length || !padding.every((sides, axis) => isValid(axis, sides))) {
      throw new ShapeError(
        `mirror-pad "${context.name}": padding [${padding.map((sides) => formatShape(sides)).join(', ')}] does not fit input ${formatShape(shape)} by ${mode}. Give [before, after] for every axis, from 0 on; reflect mirrors fewer elements than there are, symmetric no more.`,
      );
    }
    return [shape.map((size, axis) => padding[axis][0] + size + padding[axis][1])];
  },
  reference(context, inputs) {
    const x = operand('mirror-pad', context, inputs, 0);
    const [type] = context.outputs;
    requireSameEncoding('mirror-pad', context.name, operandType('mirror-pad', context, 0), type);
    const y = emptyTensor(type);
    const { padding, mode } = context.attributes;
    const strides = denseStrides(x.shape);
    for (let i = 0; i < y.data.length; i++) {
      let offset = 0;
      for (let axis = x.shape.length - 1, rest = i; axis >= 0; axis--) {
        offset += indexWithin((rest % y.shape[axis]) - padding[axis][0], x.shape[axis], mode) * strides[axis];
        rest = Math.floor(rest / y.shape[axis]);
      }
      y.data[i] = x.data[offset];
    }
    return [y];
  },
  kernels: [kernel],
  inputOffsets(context) {
    requireSameEncoding('mirror-pad', context.name, operandType('mirror-pad', context, 0), context.outputs[0]);
    return context.attributes.padding.flat().every((size) => size === 0) ? [0] : undefined;
  },
  reorder: ({ attributes: { padding, mode } }, order) => ({
    attributes: { padding: bySourceAxis(padding, order), mode },
  }),
  partition: {
    unit: () => 1,
    /** What holds enough of the input that its own border is made of that. */
    part({ attributes: { padding, mode }, inputs }, { axis, start, end }) {
      const size = inputs[0]!.shape[axis];
      const [first, last] = [start - padding[axis][0], end - padding[axis][0]];
      const range = { axis, start: Math.max(first, 0), end: Math.min(last, size) };
      const own = [range.start - first, last - range.end] as const;
      const most = range.end - range.start + reach[mode];
      if (range.start >= range.end || Math.max(...own) > most) return undefined;
      return {
        attributes: { padding: padding.map((sides, other) => (other === axis ? own : sides)), mode },
        inputs: [{ input: 0, ranges: [range] }],
      };
    },
  },
});

function indexWithin(index: number, size: number, mode: MirrorMode): number {
  if (mode === 'edge') return clamp(index, 0, size - 1);
  // One apart at the border, or none.
  const gap = mode === 'reflect' ? 0 : 1;
  if (index < 0) return -index - gap;
  return index < size ? index : 2 * size - 2 + gap - index;
}
