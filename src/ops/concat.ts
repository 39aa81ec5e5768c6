import shader from '../../shaders/concat.wgsl';
import { ShapeError } from '../errors.ts';
import { codeRange } from '../tensor/dtype.ts';
import { isDenseOnDevice } from '../tensor/quads.ts';
import {
  elementCount,
  formatShape,
  normalizeAxis,
  quadCount,
  quadsPerRow,
  rowLength,
  type Shape,
} from '../tensor/shape.ts';
import { emptyTensor, type TensorType } from '../tensor/tensor.ts';
import {
  defineOp,
  type Kernel,
  type KernelContext,
  type NodePart,
  type OpContext,
  type OpDefinition,
} from './define-op.ts';
import type { Activation } from './lib/activation.ts';
import { numbered } from './lib/axes.ts';
import { applyActivation, clampConstants } from './lib/clamp-float.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import {
  computesOnCodes,
  everyDType,
  operand,
  operandType,
  quadsImport,
  sameEncoding,
  sameQuantization,
  streamingCost,
  tensorQuantization,
} from './lib/operands.ts';
import { recode, recoding } from './lib/recode.ts';

export interface ConcatAttributes {
  /** The axis along which inputs follow each other; negative counts from the end. */
  readonly axis: number;
  readonly activation: Activation;
}

/** Inputs of one launch: with the output they fill the eight storage buffers every device has. */
const maxInputs = 7;

const kernel: Kernel<ConcatAttributes> = {
  name: 'concat',
  accepts: (context) =>
    context.inputs.length <= maxInputs &&
    (['int8', 'float32', 'int32'] as const).some((dtype) => everyDType(context, dtype)),
  dispatch(context) {
    const inputs = inputTypes(context);
    const output = context.outputs[0];
    const axis = normalizeAxis(context.attributes.axis, output.shape.length, `concat "${context.name}"`);
    const isLastAxis = axis === output.shape.length - 1;
    // All but the last must fill their quads for the next to begin at one.
    const byElement = isLastAxis && inputs.slice(0, -1).some((input) => rowLength(input.shape) % 4 !== 0);
    const outer = elementCount(output.shape.slice(0, axis));
    const sizes = inputs.map((input) => (byElement ? rowLength(input.shape) : quadCount(input.shape) / outer));
    const starts = sizes.map((_, index) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0));
    const end = sizes.reduce((sum, size) => sum + size, 0);
    const slots = Array.from({ length: maxInputs }, (_, index) => Math.min(index, inputs.length - 1));
    const launch = linearDispatch(quadCount(output.shape));
    const conversion = convert(context, inputs, slots);
    return {
      shader,
      imports: { ...quadsImport(output), ...conversion.imports },
      constants: {
        ...launch.constants,
        BY_ELEMENT: byElement ? 1 : 0,
        ...numbered('SIZE', sizes),
        ...Object.fromEntries(
          slots.slice(1).map((_, index) => [`START_${index + 1}`, starts[index + 1] ?? end] as const),
        ),
        SIZE: end,
        ROW_QUADS: quadsPerRow(output.shape),
        Y_QUADS: quadCount(output.shape),
        ...numbered(
          'QUADS',
          slots.map((index) => quadCount(inputs[index].shape)),
        ),
        ...conversion.constants,
      },
      bindings: [...slots.map((input) => ({ input })), { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, 0),
    };
  },
};

/** Which file of shaders/lib turns an input's quad into the output's. */
function convert(
  context: KernelContext<ConcatAttributes>,
  inputs: readonly TensorType[],
  slots: readonly number[],
): { readonly imports: Readonly<Record<string, string>>; readonly constants: Readonly<Record<string, number>> } {
  const output = context.outputs[0];
  const { activation } = context.attributes;
  const isSame = inputs.every((input) => sameQuantization(input.quantization, output.quantization));
  if (isSame && activation === 'none') return { imports: {}, constants: {} };
  if (output.dtype === 'float32') {
    return { imports: { 'concat-copy': 'concat-clamp' }, constants: { ...clampConstants(activation) } };
  }
  const parameters = recodings(context, codeRange('int8'));
  const { zeroPoint, low, high } = parameters[0];
  return {
    imports: { 'concat-copy': 'concat-recode', 'requantize-float': `requantize-${context.rounding}` },
    constants: {
      ...numbered(
        'INPUT_ZERO_POINT',
        slots.map((index) => parameters[index].inputZeroPoint),
      ),
      ...numbered(
        'MULTIPLIER',
        slots.map((index) => parameters[index].multiplier.bits),
      ),
      ...numbered(
        'SHIFT',
        slots.map((index) => parameters[index].multiplier.shift),
      ),
      ZERO_POINT: zeroPoint,
      LOW: low,
      HIGH: high,
    },
  };
}

/**
 * Tensors one after the other along an axis: y = activation([x0, x1, …]). On 8-bit codes an input of another
 * quantization than the output's is rescaled: y = clamp(requantize(q − zx, sx / sy) + zy, low, high).
 * Inputs of shapes that differ only along the axis; the output's size there is their sum. Any number of them: on the device more than
 * seven are joined in several launches.
 */
export const concat: OpDefinition<ConcatAttributes> = defineOp({
  name: 'concat',
  quantization: { output: 'calibrated' },
  inferShape(context) {
    const where = `concat "${context.name}"`;
    const shapes = inputTypes(context).map((input) => input.shape);
    const [first] = shapes;
    const axis = normalizeAxis(context.attributes.axis, first.length, where);
    const isOther = (shape: Shape): boolean =>
      shape.length !== first.length || shape.some((size, index) => index !== axis && size !== first[index]);
    const other = shapes.findIndex(isOther);
    if (other >= 0) {
      throw new ShapeError(
        `${where}: input ${other} ${formatShape(shapes[other])} and input 0 ${formatShape(first)} differ outside axis ${axis}. Their other sizes must be equal.`,
      );
    }
    const sum = shapes.reduce((total, shape) => total + shape[axis], 0);
    return [first.map((size, index) => (index === axis ? sum : size))];
  },
  reference(context, inputs) {
    const y = emptyTensor(context.outputs[0]);
    const axis = normalizeAxis(context.attributes.axis, y.shape.length, `concat "${context.name}"`);
    const { activation } = context.attributes;
    const isCodes = !everyDType(context, 'int32') && computesOnCodes('concat', context);
    const parameters = isCodes ? recodings(context, codeRange(y.dtype as 'int8' | 'uint8')) : undefined;
    const outer = elementCount(y.shape.slice(0, axis));
    let position = 0;
    for (let row = 0; row < outer; row++) {
      for (let index = 0; index < inputs.length; index++) {
        const { data } = operand('concat', context, inputs, index);
        const length = data.length / outer;
        for (let i = 0; i < length; i++) {
          const value = data[row * length + i];
          y.data[position++] = parameters ? recode(value, parameters[index]) : applyActivation(value, activation);
        }
      }
    }
    return [y];
  },
  kernels: [kernel],
  /** Inputs encoded as the output that follow each other along its outermost axis are ranges of its bytes. */
  inputOffsets(context) {
    const { attributes, outputs } = context;
    const [{ shape }] = outputs;
    const inputs = inputTypes(context);
    const axis = normalizeAxis(attributes.axis, shape.length, `concat "${context.name}"`);
    const isSame = attributes.activation === 'none' && inputs.every((input) => sameEncoding(input, outputs[0]));
    const isOutermost = inputs.length === 1 || shape.slice(0, axis).every((size) => size === 1);
    // Along the last axis all but the last input must fill their quads.
    const begins = axis < shape.length - 1 || inputs.slice(0, -1).every((input) => isDenseOnDevice(input.shape));
    if (!isSame || !isOutermost || !begins) return undefined;
    let end = 0;
    return inputs.map((input) => (end += quadCount(input.shape)) - quadCount(input.shape));
  },
  split: splitJoin,
  reorder: ({ attributes }, order) => ({
    attributes: { ...attributes, axis: order[normalizeAxis(attributes.axis, order.length, 'concat')] },
  }),
  partition: {
    unit: () => 1,
    part(context, range) {
      const { attributes, inputs, outputs } = context;
      const joined = normalizeAxis(attributes.axis, outputs[0].shape.length, `concat "${context.name}"`);
      if (range.axis !== joined) return { attributes, inputs: inputs.map((_, input) => ({ input, ranges: [range] })) };
      // Of each input what falls into the range, in the input's own indices.
      let position = 0;
      const reads = inputTypes(context).flatMap(({ shape }, input) => {
        const size = shape[joined];
        const start = Math.max(range.start - position, 0);
        const end = Math.min(range.end - position, size);
        position += size;
        return start < end ? [{ input, ranges: [{ axis: joined, start, end }] }] : [];
      });
      return { attributes, inputs: reads };
    },
  },
});

/**
 * Joins neighbours until seven are left, as few as possible: what is joined twice is also copied twice. A part's result
 * has the output's quantization, in which joining and clamping it again changes no code.
 */
function splitJoin(context: OpContext<ConcatAttributes>): readonly NodePart<ConcatAttributes>[] | undefined {
  const { attributes } = context;
  const [output] = context.outputs;
  const axis = normalizeAxis(attributes.axis, output.shape.length, `concat "${context.name}"`);
  const parts: NodePart<ConcatAttributes>[] = [];
  let items = inputTypes(context).map(({ shape }, input): JoinItem => ({ from: { input }, size: shape[axis] }));
  if (items.length <= maxInputs) return undefined;
  const join = (joined: readonly JoinItem[]): JoinItem => {
    const size = joined.reduce((sum, item) => sum + item.size, 0);
    const shape = output.shape.map((whole, index) => (index === axis ? size : whole));
    parts.push({ attributes, inputs: joined.map(({ from }) => from), output: { ...output, shape } });
    return { from: { part: parts.length - 1 }, size };
  };
  while (items.length > maxInputs) {
    let excess = items.length - maxInputs;
    const next: JoinItem[] = [];
    for (let first = 0; first < items.length;) {
      const group = items.slice(first, first + Math.min(maxInputs, excess + 1));
      next.push(group.length === 1 ? group[0] : join(group));
      excess -= group.length - 1;
      first += group.length;
    }
    items = next;
  }
  join(items);
  return parts;
}

/** An input or a part's result, with its size along the joined axis. */
interface JoinItem {
  readonly from: NodePart<ConcatAttributes>['inputs'][number];
  readonly size: number;
}

/** @throws ShapeError when there is no input */
function inputTypes(context: Pick<OpContext<ConcatAttributes>, 'name' | 'inputs'>): readonly TensorType[] {
  if (context.inputs.length === 0) {
    throw new ShapeError(`concat "${context.name}": there is no input. Give at least one.`);
  }
  return context.inputs.map((_, index) => operandType('concat', context, index));
}

function recodings(context: OpContext<ConcatAttributes>, range: readonly [number, number]) {
  const output = tensorQuantization('concat', context.name, context.outputs[0]);
  return inputTypes(context).map((input) => {
    const from = tensorQuantization('concat', context.name, input);
    return recoding(from, output, context.attributes.activation, range, context.rounding);
  });
}
