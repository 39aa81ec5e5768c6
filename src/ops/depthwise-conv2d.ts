import { ShapeError } from '../errors.ts';
import type { Shape } from '../tensor/shape.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { absorbPad } from './lib/absorb-pad.ts';
import { constantWeights, convolutionKernels } from './lib/convolution-kernels.ts';
import {
  activationShapes,
  checkWindow,
  type ConvolutionShape,
  kernelSpans,
  outputSize,
  type WindowAttributes,
} from './lib/convolution-shape.ts';
import { depthwiseKernels } from './lib/depthwise-kernels.ts';
import { absorbLayerConsumer, finishReference, type LayerAttributes } from './lib/fused-layer.ts';
import { centered, checkLayer, shapeOfRank } from './lib/layer-operands.ts';
import { channelsPart, pixelsPart } from './lib/layer-part.ts';
import type { WeightData } from './lib/pack-weights.ts';
import { windowPart } from './lib/window-part.ts';

export interface DepthwiseConv2dAttributes extends WindowAttributes, LayerAttributes {}

type Node = Omit<OpContext<DepthwiseConv2dAttributes>, 'outputs' | 'rounding'>;

/**
 * Convolution of each channel by itself, with an activation and, after fusion, a residual addition.
 * Real zeros surround the image (the input's zero point for codes).
 * Inputs: x [N, H, W, C]; weights [1, kH, kW, O], O = C·multiplier, where output o = c·multiplier + m belongs to channel c,
 * per tensor or quantized along axis 3; bias? [O], int32 with scale xScale·wScale for codes; residual? like the output.
 * Output: [N, OH, OW, O], OH = ⌊(H + top + bottom − (kH − 1)·dilation − 1) / stride⌋ + 1.
 * @throws ShapeError when sizes do not fit; NumericError when an int8 accumulator could leave int32
 */
export const depthwiseConv2d: OpDefinition<DepthwiseConv2dAttributes> = defineOp({
  name: 'depthwise-conv2d',
  inferShape: (context): readonly Shape[] => [activationShapes(shapeOf(context)).output],
  isHeavy: true,
  reference(context, inputs) {
    const shape = shapeOf(context);
    const x = centered('depthwise-conv2d', context, inputs, 0);
    const sums = depthwiseSums(x, centered('depthwise-conv2d', context, inputs, 1), shape);
    return [finishReference('depthwise-conv2d', context, inputs, sums, shape.outChannels)];
  },
  quantization: { output: 'calibrated', weights: { input: 1, axis: 3, bias: 2, isCodedToo: true } },
  // Several outputs of one channel are a grouped convolution.
  kernels: [
    ...depthwiseKernels(shapeOf),
    ...convolutionKernels<DepthwiseConv2dAttributes>('depthwise-conv2d', (context) => ({
      shape: shapeOf(context),
      weights: () => groupedWeights(context),
    })),
  ],
  partition: {
    // All outputs of a channel of the input.
    unit(context, axis) {
      const { inChannels, outChannels } = shapeOf(context);
      return axis < 3 ? 1 : outChannels / inChannels;
    },
    part(context, range) {
      const { attributes } = context;
      const shape = shapeOf(context);
      if (range.axis < 3) {
        const window = windowPart(range, activationShapes(shape).input, kernelSpans(shape), shape);
        return window && pixelsPart(context, range, window);
      }
      const multiplier = shape.outChannels / shape.inChannels;
      const x = [{ axis: 3, start: range.start / multiplier, end: range.end / multiplier }];
      return channelsPart(context, attributes, range, 3, x);
    },
  },
  absorbConsumer: absorbLayerConsumer,
  absorbProducer: absorbPad,
});

function shapeOf(context: Node): ConvolutionShape {
  const { strides, dilations, padding } = context.attributes;
  const where = `depthwise-conv2d "${context.name}"`;
  checkWindow(where, context.attributes);
  const [batch, inHeight, inWidth, inChannels] = shapeOfRank('depthwise-conv2d', context, 0, 'N, H, W, C');
  const [one, kernelHeight, kernelWidth, outChannels] = shapeOfRank('depthwise-conv2d', context, 1, '1, kH, kW, O');
  if (one !== 1 || outChannels % inChannels !== 0) {
    throw new ShapeError(
      `${where}: input has ${inChannels} channels, weights are [${one}, ${kernelHeight}, ${kernelWidth}, ${outChannels}]. They must be [1, kH, kW, a multiple of the channels].`,
    );
  }
  checkLayer('depthwise-conv2d', context, outChannels, 1);
  const outHeight = outputSize(where, 'height', inHeight, kernelHeight, context.attributes);
  const outWidth = outputSize(where, 'width', inWidth, kernelWidth, context.attributes);
  return {
    strides,
    dilations,
    padding,
    groups: inChannels,
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

/** [1, kH, kW, O] as the [O, kH, kW, 1] of a convolution with a group for each channel. */
function groupedWeights(context: OpContext<object>): WeightData {
  const data = constantWeights(context);
  const outChannels = context.constants[1]!.shape[3];
  const taps = data.length / outChannels;
  const grouped = data.slice();
  for (let tap = 0, from = 0; tap < taps; tap++) {
    for (let o = 0; o < outChannels; o++) grouped[o * taps + tap] = data[from++];
  }
  return grouped;
}

/** Sums of the reference in float64, exact for 8-bit codes, in plain loops. */
function depthwiseSums(x: Float64Array, weights: Float64Array, shape: ConvolutionShape): Float64Array {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  const multiplier = outChannels / inChannels;
  const sums = new Float64Array(shape.batch * outHeight * outWidth * outChannels);
  for (let pixel = 0; pixel * outChannels < sums.length; pixel++) {
    const ox = pixel % outWidth;
    const oy = Math.floor(pixel / outWidth) % outHeight;
    const n = Math.floor(pixel / (outWidth * outHeight));
    for (let ky = 0; ky < shape.kernelHeight; ky++) {
      const iy = oy * shape.strides[0] + ky * shape.dilations[0] - shape.padding[0];
      if (iy < 0 || iy >= inHeight) continue;
      for (let kx = 0; kx < shape.kernelWidth; kx++) {
        const ix = ox * shape.strides[1] + kx * shape.dilations[1] - shape.padding[1];
        if (ix < 0 || ix >= inWidth) continue;
        const from = ((n * inHeight + iy) * inWidth + ix) * inChannels;
        const weight = (ky * shape.kernelWidth + kx) * outChannels;
        for (let o = 0; o < outChannels; o++) {
          sums[pixel * outChannels + o] += x[from + Math.floor(o / multiplier)] * weights[weight + o];
        }
      }
    }
  }
  return sums;
}
