import { ShapeError } from '../errors.ts';
import type { Shape } from '../tensor/shape.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { absorbPad } from './lib/absorb-pad.ts';
import { constantWeights, convolutionKernels } from './lib/convolution-kernels.ts';
import { convolutionSums } from './lib/convolution-reference.ts';
import {
  activationShapes,
  checkWindow,
  type ConvolutionShape,
  kernelSpans,
  outputSize,
  type WindowAttributes,
} from './lib/convolution-shape.ts';
import { absorbLayerConsumer, finishReference, type LayerAttributes } from './lib/fused-layer.ts';
import { centered, checkLayer, shapeOfRank } from './lib/layer-operands.ts';
import { channelsPart, pixelsPart } from './lib/layer-part.ts';
import { windowPart } from './lib/window-part.ts';

export interface Conv2dAttributes extends WindowAttributes, LayerAttributes {
  /** Divides the channels of input and output; each group of outputs sees its group of inputs. */
  readonly groups: number;
}

type Node = Omit<OpContext<Conv2dAttributes>, 'outputs' | 'rounding'>;

/**
 * Two-dimensional convolution, with an activation and, after fusion, a residual addition.
 * Real zeros surround the image (the input's zero point for codes).
 * Inputs: x [N, H, W, C]; weights [O, kH, kW, C/groups], per tensor or quantized along axis 0; bias? [O], int32 with scale
 * xScale·wScale for codes; residual? like the output. Output: [N, OH, OW, O],
 * OH = ⌊(H + top + bottom − (kH − 1)·dilation − 1) / stride⌋ + 1.
 * @throws ShapeError when sizes do not fit; NumericError when an int8 accumulator could leave int32
 */
export const conv2d: OpDefinition<Conv2dAttributes> = defineOp({
  name: 'conv2d',
  inferShape: (context): readonly Shape[] => [activationShapes(shapeOf(context)).output],
  isHeavy: true,
  reference(context, inputs) {
    const shape = shapeOf(context);
    const sums = convolutionSums(centered('conv2d', context, inputs, 0), centered('conv2d', context, inputs, 1), shape);
    return [finishReference('conv2d', context, inputs, sums, shape.outChannels)];
  },
  quantization: { output: 'calibrated', weights: { input: 1, axis: 0, bias: 2, isCodedToo: true } },
  kernels: convolutionKernels('conv2d', (context) => ({
    shape: shapeOf(context),
    weights: () => constantWeights(context),
  })),
  partition: {
    // A group sees its own inputs only, so what is cut are whole groups, unless there is just one.
    unit(context, axis) {
      const { groups, outChannels } = shapeOf(context);
      return axis < 3 || groups === 1 ? 1 : outChannels / groups;
    },
    part(context, range) {
      const { attributes } = context;
      const shape = shapeOf(context);
      if (range.axis < 3) {
        const window = windowPart(range, activationShapes(shape).input, kernelSpans(shape), shape);
        return window && pixelsPart(context, range, window);
      }
      if (shape.groups === 1) return channelsPart(context, attributes, range, 0, []);
      const first = (range.start / shape.outChannels) * shape.groups;
      const last = (range.end / shape.outChannels) * shape.groups;
      const groupIn = shape.inChannels / shape.groups;
      const x = [{ axis: 3, start: first * groupIn, end: last * groupIn }];
      return channelsPart(context, { ...attributes, groups: last - first }, range, 0, x);
    },
  },
  absorbConsumer: absorbLayerConsumer,
  absorbProducer: absorbPad,
});

function shapeOf(context: Node): ConvolutionShape {
  const { strides, dilations, padding, groups } = context.attributes;
  const where = `conv2d "${context.name}"`;
  checkWindow(where, context.attributes);
  const [batch, inHeight, inWidth, inChannels] = shapeOfRank('conv2d', context, 0, 'N, H, W, C');
  const [outChannels, kernelHeight, kernelWidth, groupIn] = shapeOfRank('conv2d', context, 1, 'O, kH, kW, C/groups');
  if (!Number.isInteger(groups) || groups < 1 || inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new ShapeError(
      `${where}: ${groups} groups do not divide ${inChannels} input and ${outChannels} output channels. Use a common divisor.`,
    );
  }
  if (groupIn * groups !== inChannels) {
    throw new ShapeError(
      `${where}: input has ${inChannels} channels, weights expect ${groupIn * groups}. Transpose an NCHW input or re-export.`,
    );
  }
  checkLayer('conv2d', context, outChannels, 1);
  const outHeight = outputSize(where, 'height', inHeight, kernelHeight, context.attributes);
  const outWidth = outputSize(where, 'width', inWidth, kernelWidth, context.attributes);
  return {
    strides,
    dilations,
    padding,
    groups,
    batch,
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    outChannels,
    kernelHeight,
    kernelWidth,
  };
}
