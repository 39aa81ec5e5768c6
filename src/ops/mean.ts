import meanShader from '../../shaders/mean.wgsl';
import meanChannelsShader from '../../shaders/mean-channels.wgsl';
import { ShapeError } from '../errors.ts';
import { codeRange } from '../tensor/dtype.ts';
import { clamp, type Quantization } from '../tensor/quantization.ts';
import { requantize } from '../tensor/requantize.ts';
import {
  elementCount,
  formatShape,
  normalizeAxis,
  quadCount,
  quadsPerRow,
  rowLength,
  type Shape,
} from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type KernelContext, type OpContext, type OpDefinition } from './define-op.ts';
import { denseStrides, kernelAxes, type KernelAxes, numbered, offsetAt } from './lib/axes.ts';
import { defaultWorkgroupSize, linearDispatch } from './lib/linear-dispatch.ts';
import { maxCodes, meanMultiplier } from './lib/mean-multiplier.ts';
import {
  computesOnCodes,
  everyDType,
  operand,
  operandType,
  streamingCost,
  tensorQuantization,
} from './lib/operands.ts';

export interface MeanAttributes {
  /** The axes to average over; negative ones count from the end. */
  readonly axes: readonly number[];
  /** Whether averaged axes stay with size 1. */
  readonly keepDims: boolean;
}

/** Enough invocations to fill a large GPU; beyond, sharing a sum only adds work. */
const enoughInvocations = 2 ** 14;

const rowsKernel: Kernel<MeanAttributes> = {
  name: 'mean',
  accepts: (context) => isSupported(context) && !averagesChannels(context),
  dispatch(context) {
    const output = context.outputs[0].shape;
    const { kept, summed } = axesOf(context) as MeanAxes;
    const quads = quadCount(output);
    const sumLanes = chooseSumLanes(quads, elementCount(summed.sizes));
    const launch = linearDispatch(quads, defaultWorkgroupSize / sumLanes);
    const finish = finishing(context);
    return {
      shader: meanShader,
      imports: finish.imports,
      constants: {
        ...launch.constants,
        ROW_QUADS: quadsPerRow(output),
        SUM_LANES: sumLanes,
        ...axisConstants(kept, summed),
        ...finish.constants,
      },
      bindings: [{ input: 0 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, elementCount(operandType('mean', context, 0).shape)),
    };
  },
};

const channelsKernel: Kernel<MeanAttributes> = {
  name: 'mean-channels',
  accepts: (context) => isSupported(context) && averagesChannels(context),
  dispatch(context) {
    const input = operandType('mean', context, 0).shape;
    const output = context.outputs[0].shape;
    const { kept, summed } = axesOf(context) as MeanAxes;
    const launch = linearDispatch(quadCount(output), 1);
    const finish = finishing(context);
    return {
      shader: meanChannelsShader,
      imports: finish.imports,
      constants: {
        ...launch.constants,
        X_CHANNELS: rowLength(input),
        Y_CHANNELS: rowLength(output),
        ...axisConstants(kept, summed),
        ...finish.constants,
      },
      bindings: [{ input: 0 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, elementCount(input)),
    };
  },
};

/**
 * Mean over whole axes: y = Σx / count. On 8-bit codes y = clamp(requantize(Σ(q − zx), sx / (sy · count)) + zy).
 * Input of any shape; in the output the averaged axes have size 1 or are gone.
 * On the device at most four axes of each kind may remain after merging neighbours, and at most 8.4 million codes a sum.
 */
export const mean: OpDefinition<MeanAttributes> = defineOp({
  name: 'mean',
  quantization: { output: 'calibrated' },
  inferShape(context) {
    const { shape } = operandType('mean', context, 0);
    const averaged = averagedAxes(context);
    const { keepDims } = context.attributes;
    return [
      shape.map((size, axis) => (averaged.has(axis) ? 1 : size)).filter((_, axis) => keepDims || !averaged.has(axis)),
    ];
  },
  reference(context, inputs) {
    const x = operand('mean', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    const averaged = averagedAxes(context);
    const strides = denseStrides(x.shape);
    const pick = (isAveraged: boolean, values: readonly number[]): readonly number[] =>
      values.filter((_, axis) => averaged.has(axis) === isAveraged);
    const [keptSizes, keptStrides] = [pick(false, x.shape), pick(false, strides)];
    const [summedSizes, summedStrides] = [pick(true, x.shape), pick(true, strides)];
    const count = elementCount(summedSizes);
    const finish = computesOnCodes('mean', context)
      ? meanOfCodes(context, count)
      : (sum: number): number => sum / count;
    for (let i = 0; i < y.data.length; i++) {
      const origin = offsetAt(i, keptSizes, keptStrides);
      let sum = 0;
      for (let j = 0; j < count; j++) sum += x.data[origin + offsetAt(j, summedSizes, summedStrides)];
      y.data[i] = finish(sum);
    }
    return [y];
  },
  kernels: [rowsKernel, channelsKernel],
  partition: {
    unit: (context, axis) => (inputAxis(context, axis) === undefined ? undefined : 1),
    part(context, range) {
      const axis = inputAxis(context, range.axis);
      if (axis === undefined) return undefined;
      return { attributes: context.attributes, inputs: [{ input: 0, ranges: [{ ...range, axis }] }] };
    },
  },
});

function averagedAxes(context: Pick<OpContext<MeanAttributes>, 'name' | 'inputs' | 'attributes'>): ReadonlySet<number> {
  const { shape } = operandType('mean', context, 0);
  const where = `mean "${context.name}"`;
  if (context.attributes.axes.length === 0) {
    throw new ShapeError(`${where}: there are no axes to average over ${formatShape(shape)}. List at least one.`);
  }
  return new Set(context.attributes.axes.map((axis) => normalizeAxis(axis, shape.length, where)));
}

/** The axis of the input that an axis of the output is; undefined for one that was averaged. */
function inputAxis(context: OpContext<MeanAttributes>, axis: number): number | undefined {
  const averaged = averagedAxes(context);
  const kept = [...operandType('mean', context, 0).shape.keys()].filter((other) => !averaged.has(other));
  if (!context.attributes.keepDims) return kept[axis];
  return averaged.has(axis) ? undefined : axis;
}

function averagesChannels(context: OpContext<MeanAttributes>): boolean {
  return averagedAxes(context).has(operandType('mean', context, 0).shape.length - 1);
}

function isSupported(context: KernelContext<MeanAttributes>): boolean {
  if (everyDType(context, 'float32')) return axesOf(context) !== undefined;
  return everyDType(context, 'int8') && averagedCount(context) <= maxCodes && axesOf(context) !== undefined;
}

function averagedCount(context: OpContext<MeanAttributes>): number {
  return elementCount(operandType('mean', context, 0).shape) / elementCount(context.outputs[0].shape);
}

interface MeanAxes {
  readonly kept: KernelAxes;
  readonly summed: KernelAxes;
}

/** The axes but the last, each with its stride in rows. */
function axesOf(context: OpContext<MeanAttributes>): MeanAxes | undefined {
  const averaged = averagedAxes(context);
  const sizes: Shape = operandType('mean', context, 0).shape.slice(0, -1);
  const strides = denseStrides(sizes);
  const select = (isAveraged: boolean): KernelAxes | undefined => {
    const isSelected = (_: number, axis: number): boolean => averaged.has(axis) === isAveraged;
    return kernelAxes(sizes.filter(isSelected), [strides.filter(isSelected)]);
  };
  const [kept, summed] = [select(false), select(true)];
  return kept && summed && { kept, summed };
}

function axisConstants(kept: KernelAxes, summed: KernelAxes): Record<string, number> {
  return {
    ...numbered('KEPT_SIZE', kept.sizes),
    ...numbered('KEPT_STRIDE', kept.strides[0]),
    ...numbered('SUMMED_SIZE', summed.sizes),
    ...numbered('SUMMED_STRIDE', summed.strides[0]),
  };
}

/** Few results of long sums are shared by up to 16 invocations each. */
function chooseSumLanes(quads: number, rows: number): number {
  let lanes = 1;
  while (lanes < 16 && lanes * 4 <= rows && quads * lanes < enoughInvocations) lanes *= 2;
  return lanes;
}

/** Which file of shaders/lib turns sums into means. */
function finishing(context: KernelContext<MeanAttributes>): {
  readonly imports: Readonly<Record<string, string>>;
  readonly constants: Readonly<Record<string, number>>;
} {
  const count = averagedCount(context);
  if (context.outputs[0].dtype === 'float32') {
    return { imports: { 'mean-int8': 'mean-float' }, constants: { MEAN_COUNT: count } };
  }
  const [input, output] = quantizations(context);
  const multiplier = meanMultiplier(input.scales[0], output.scales[0], count, context.rounding);
  return {
    imports: { 'requantize-float': `requantize-${context.rounding}` },
    constants: {
      MEAN_OFFSET: count * input.zeroPoints[0],
      MEAN_MULTIPLIER: multiplier.bits,
      MEAN_SHIFT: multiplier.shift,
      MEAN_ZERO_POINT: output.zeroPoints[0],
    },
  };
}

function meanOfCodes(context: OpContext<MeanAttributes>, count: number): (sum: number) => number {
  const [input, output] = quantizations(context);
  const { rounding } = context;
  const [low, high] = codeRange(context.outputs[0].dtype as 'int8' | 'uint8');
  const multiplier = meanMultiplier(input.scales[0], output.scales[0], count, rounding);
  return (sum) =>
    clamp(requantize(sum - count * input.zeroPoints[0], multiplier, rounding) + output.zeroPoints[0], low, high);
}

function quantizations(context: OpContext<MeanAttributes>): readonly [Quantization, Quantization] {
  return [
    tensorQuantization('mean', context.name, operandType('mean', context, 0)),
    tensorQuantization('mean', context.name, context.outputs[0]),
  ];
}
