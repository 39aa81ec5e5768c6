import channelsShader from '../../../shaders/reduce-channels.wgsl';
import rowsShader from '../../../shaders/reduce.wgsl';
import { ShapeError, UnsupportedOpError } from '../../errors.ts';
import { codeRange } from '../../tensor/dtype.ts';
import { clamp } from '../../tensor/quantization.ts';
import { float32Bits, type Multiplier, requantize } from '../../tensor/requantize.ts';
import {
  elementCount,
  formatShape,
  normalizeAxis,
  quadCount,
  quadsPerRow,
  rowLength,
  type Shape,
} from '../../tensor/shape.ts';
import { emptyTensor } from '../../tensor/tensor.ts';
import {
  defineOp,
  type Dispatch,
  type Kernel,
  type KernelContext,
  type OpContext,
  type OpDefinition,
  type QuantizationRule,
} from '../define-op.ts';
import { denseStrides, kernelAxes, type KernelAxes, numbered, offsetAt } from './axes.ts';
import { defaultWorkgroupSize, linearDispatch } from './linear-dispatch.ts';
import { maxCodes, meanMultiplier } from './mean-multiplier.ts';
import { computesOnCodes, everyDType, operand, operandType, streamingCost, tensorQuantization } from './operands.ts';
import { orderWithout } from './reorder.ts';

export interface ReductionAttributes {
  /** The axes that are reduced; negative ones count from the end. */
  readonly axes: readonly number[];
  /** Whether reduced axes stay with size 1. */
  readonly keepDims: boolean;
}

/** How the numbers of some axes become one. */
export interface Reduction {
  readonly name: string;
  readonly quantization?: QuantizationRule;
  readonly combine: (a: number, b: number) => number;
  /** The file of `shaders/lib` that combines two numbers. */
  readonly shader: string;
  /** The number that changes nothing it is combined with; for infinities the device takes the type's limits. */
  readonly neutral: number;
  /** Whether the result is the mean of what was added. */
  readonly isMean?: boolean;
  /** Of 8-bit codes: whether their zero points add up as they do, or stay as they are; absent where codes do not combine. */
  readonly zeroPoints?: 'added' | 'kept';
  /** Combines int32 numbers, in 32 bits; absent where they are not reduced. */
  readonly int32?: (a: number, b: number) => number;
}

/** Enough invocations to fill a large GPU; beyond, sharing a sum only adds work. */
const enoughInvocations = 2 ** 14;

type Context = OpContext<ReductionAttributes>;

/**
 * Declares a reduction over whole axes. Input of any shape; in the output the reduced axes have size 1 or are gone. On
 * the device at most four axes of each kind may remain after merging neighbours, and at most 8.4 million codes a result.
 */
export function defineReduction(reduction: Reduction): OpDefinition<ReductionAttributes> {
  const { name, quantization, combine, neutral, isMean } = reduction;
  return defineOp<ReductionAttributes>({
    name,
    quantization,
    inferShape(context) {
      const { shape } = operandType(name, context, 0);
      const reduced = reducedAxes(name, context);
      const { keepDims } = context.attributes;
      return [
        shape.map((size, axis) => (reduced.has(axis) ? 1 : size)).filter((_, axis) => keepDims || !reduced.has(axis)),
      ];
    },
    reference(context, inputs) {
      const x = operand(name, context, inputs, 0);
      const y = emptyTensor(context.outputs[0]);
      const { kept, reduced } = splitAxes(name, context, x.shape);
      const count = elementCount(reduced.sizes);
      const isInt32 = everyDType(context, 'int32') && reduction.int32 !== undefined;
      const add = isInt32 ? reduction.int32! : combine;
      const finish = isInt32
        ? (total: number): number => total
        : computesOnCodes(name, context)
          ? finishCodes(reduction, context)
          : (total: number): number => (isMean ? total / count : total);
      for (let i = 0; i < y.data.length; i++) {
        const origin = offsetAt(i, kept.sizes, kept.strides);
        let total = neutral;
        for (let j = 0; j < count; j++)
          total = add(total, x.data[origin + offsetAt(j, reduced.sizes, reduced.strides)]);
        y.data[i] = finish(total);
      }
      return [y];
    },
    kernels: [rowsKernel(reduction), channelsKernel(reduction)],
    reorder(context, order) {
      const { keepDims } = context.attributes;
      const axes = [...reducedAxes(name, context)].map((axis) => order[axis]);
      return { attributes: { axes, keepDims }, order: keepDims ? order : orderWithout(order, new Set(axes)) };
    },
    partition: {
      unit: (context, axis) => (inputAxis(name, context, axis) === undefined ? undefined : 1),
      part(context, range) {
        const axis = inputAxis(name, context, range.axis);
        if (axis === undefined) return undefined;
        return { attributes: context.attributes, inputs: [{ input: 0, ranges: [{ ...range, axis }] }] };
      },
    },
  });
}

function rowsKernel(reduction: Reduction): Kernel<ReductionAttributes> {
  const { name } = reduction;
  return {
    name: 'reduce',
    accepts: (context) => isSupported(reduction, context) && !reducesChannels(name, context),
    dispatch(context) {
      const output = context.outputs[0].shape;
      const quads = quadCount(output);
      const lanes = chooseLanes(quads, reducedCount(name, context));
      const launch = linearDispatch(quads, defaultWorkgroupSize / lanes);
      return reductionDispatch(reduction, context, launch, rowsShader, {
        ROW_QUADS: quadsPerRow(output),
        LANES: lanes,
      });
    },
  };
}

function channelsKernel(reduction: Reduction): Kernel<ReductionAttributes> {
  const { name } = reduction;
  return {
    name: 'reduce-channels',
    accepts: (context) => isSupported(reduction, context) && reducesChannels(name, context),
    dispatch(context) {
      const output = context.outputs[0].shape;
      return reductionDispatch(reduction, context, linearDispatch(quadCount(output), 1), channelsShader, {
        X_CHANNELS: rowLength(operandType(name, context, 0).shape),
        Y_CHANNELS: rowLength(output),
      });
    },
  };
}

function reductionDispatch(
  reduction: Reduction,
  context: KernelContext<ReductionAttributes>,
  launch: ReturnType<typeof linearDispatch>,
  shader: string,
  constants: Readonly<Record<string, number>>,
): Dispatch {
  const { name, shader: combine } = reduction;
  const { kept, reduced } = kernelRows(name, context)!;
  const finish = finishing(reduction, context);
  return {
    shader,
    imports: { ...(combine !== 'combine-sum' && { 'combine-sum': combine }), ...finish.imports },
    constants: {
      ...launch.constants,
      ...constants,
      ...numbered('KEPT_SIZE', kept.sizes),
      ...numbered('KEPT_STRIDE', kept.strides[0]),
      ...numbered('REDUCED_SIZE', reduced.sizes),
      ...numbered('REDUCED_STRIDE', reduced.strides[0]),
      NEUTRAL: neutralBits(reduction, context),
      ...finish.constants,
    },
    bindings: [{ input: 0 }, { output: 0 }],
    workgroups: launch.workgroups,
    cost: streamingCost(context, elementCount(operandType(name, context, 0).shape)),
  };
}

/** Which files of shaders/lib read numbers and turn combined ones into results. */
function finishing(
  reduction: Reduction,
  context: Context,
): {
  readonly imports: Readonly<Record<string, string>>;
  readonly constants: Readonly<Record<string, number | string>>;
} {
  const { dtype } = context.outputs[0];
  if (dtype === 'int32') return { imports: {}, constants: { Value: 'i32' } };
  if (dtype === 'float32') {
    if (!reduction.isMean) return { imports: {}, constants: {} };
    return {
      imports: { 'finish-numbers': 'finish-mean' },
      constants: { COUNT: reducedCount(reduction.name, context) },
    };
  }
  const { offset, multiplier, zeroPoint } = codesOf(reduction, context);
  return {
    imports: {
      'values-float': 'values-int8',
      'finish-numbers': 'finish-codes',
      'requantize-float': `requantize-${context.rounding}`,
    },
    constants: { OFFSET: offset, MULTIPLIER: multiplier.bits, SHIFT: multiplier.shift, ZERO_POINT: zeroPoint },
  };
}

function neutralBits({ neutral }: Reduction, context: Context): number {
  if (context.outputs[0].dtype !== 'float32') return clamp(neutral, -(2 ** 31), 2 ** 31 - 1) >>> 0;
  return float32Bits(clamp(neutral, -largestFloat32, largestFloat32)) >>> 0;
}

const largestFloat32 = 3.4028234663852886e38;

function finishCodes(reduction: Reduction, context: Context): (total: number) => number {
  const { offset, multiplier, zeroPoint } = codesOf(reduction, context);
  const [low, high] = codeRange(context.outputs[0].dtype as 'int8' | 'uint8');
  return (total) => clamp(requantize(total - offset, multiplier, context.rounding) + zeroPoint, low, high);
}

/**
 * Parameters of y = clamp(requantize(total − offset) + zy).
 * @throws UnsupportedOpError when codes do not combine
 */
function codesOf(
  { name, isMean, zeroPoints }: Reduction,
  context: Context,
): { readonly offset: number; readonly multiplier: Multiplier; readonly zeroPoint: number } {
  if (zeroPoints === undefined) {
    throw new UnsupportedOpError(`${name} "${context.name}": it is not done on 8-bit codes. Dequantize before it.`);
  }
  const input = tensorQuantization(name, context.name, operandType(name, context, 0));
  const output = tensorQuantization(name, context.name, context.outputs[0]);
  const count = reducedCount(name, context);
  return {
    offset: input.zeroPoints[0] * (zeroPoints === 'added' ? count : 1),
    multiplier: meanMultiplier(input.scales[0], output.scales[0], isMean ? count : 1, context.rounding),
    zeroPoint: output.zeroPoints[0],
  };
}

function reducedAxes(op: string, context: Pick<Context, 'name' | 'inputs' | 'attributes'>): ReadonlySet<number> {
  const { shape } = operandType(op, context, 0);
  const where = `${op} "${context.name}"`;
  if (context.attributes.axes.length === 0) {
    throw new ShapeError(`${where}: there are no axes to reduce of ${formatShape(shape)}. List at least one.`);
  }
  return new Set(context.attributes.axes.map((axis) => normalizeAxis(axis, shape.length, where)));
}

/** The axis of the input that an axis of the output is; undefined for one that was reduced. */
function inputAxis(op: string, context: Context, axis: number): number | undefined {
  const reduced = reducedAxes(op, context);
  const kept = [...operandType(op, context, 0).shape.keys()].filter((other) => !reduced.has(other));
  if (!context.attributes.keepDims) return kept[axis];
  return reduced.has(axis) ? undefined : axis;
}

function reducesChannels(op: string, context: Context): boolean {
  return reducedAxes(op, context).has(operandType(op, context, 0).shape.length - 1);
}

function isSupported(reduction: Reduction, context: KernelContext<ReductionAttributes>): boolean {
  const { name, zeroPoints, int32 } = reduction;
  const isOf =
    everyDType(context, 'float32') ||
    (int32 !== undefined && everyDType(context, 'int32')) ||
    (zeroPoints !== undefined && everyDType(context, 'int8') && reducedCount(name, context) <= maxCodes);
  return isOf && kernelRows(name, context) !== undefined;
}

/** How many numbers become one. */
function reducedCount(op: string, context: Context): number {
  return elementCount(operandType(op, context, 0).shape) / elementCount(context.outputs[0].shape);
}

/** Sizes and strides of the axes that stay and of those that are reduced. */
function splitAxes(op: string, context: Context, sizes: Shape) {
  const reduced = reducedAxes(op, context);
  const strides = denseStrides(sizes);
  const select = (isReduced: boolean) => {
    const isSelected = (_: number, axis: number): boolean => reduced.has(axis) === isReduced;
    return { sizes: sizes.filter(isSelected), strides: strides.filter(isSelected) };
  };
  return { kept: select(false), reduced: select(true) };
}

/** The axes but the last, each with its stride in rows. */
function kernelRows(
  op: string,
  context: Context,
): { readonly kept: KernelAxes; readonly reduced: KernelAxes } | undefined {
  const axes = splitAxes(op, context, operandType(op, context, 0).shape.slice(0, -1));
  const kept = kernelAxes(axes.kept.sizes, [axes.kept.strides]);
  const reduced = kernelAxes(axes.reduced.sizes, [axes.reduced.strides]);
  return kept && reduced && { kept, reduced };
}

/** Few results of many numbers are shared by up to 16 invocations each. */
function chooseLanes(quads: number, rows: number): number {
  let lanes = 1;
  while (lanes < 16 && lanes * 4 <= rows && quads * lanes < enoughInvocations) lanes *= 2;
  return lanes;
}
