import { ShapeError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { convolutionKernels } from './lib/convolution-kernels.ts';
import { windowLimit } from './lib/convolution-shape.ts';
import { absorbLayerConsumer, finishReference, type LayerAttributes } from './lib/fused-layer.ts';
import { centered, checkLayer, shapeOfRank } from './lib/layer-operands.ts';
import { channelsPart, pixelsPart } from './lib/layer-part.ts';
import { scatteredSums, transposedForm, transposedPart, type TransposedShape } from './lib/transposed-convolution.ts';

export interface ConvTranspose2dAttributes extends LayerAttributes {
  /** Distance between the blocks that neighbouring pixels of the input spread to: [y, x], 1 to twice the kernel. */
  readonly strides: readonly [number, number];
  /**
   * Rows and columns that are cut off: [top, left, bottom, right]. Negative numbers add some that hold the bias only, as
   * the output padding of other libraries does at bottom and right.
   */
  readonly padding: readonly [number, number, number, number];
}

type Node = Omit<OpContext<ConvTranspose2dAttributes>, 'outputs' | 'rounding'>;

const op = 'conv-transpose2d';

/** Of the convolution that computes it: strides of a small kernel multiply them. */
const maxChannels = 2 ** 18;

/**
 * Transposed two-dimensional convolution, also called deconvolution: each pixel of the input is spread over a kernel's
 * size of the output, with an activation and, after fusion, a residual addition.
 * y[n, iy·sy + ky − top, ix·sx + kx − left, o] += x[n, iy, ix, c] · w[o, ky, kx, c].
 * Inputs: x [N, H, W, C]; weights [O, kH, kW, C], per tensor or quantized along axis 0; bias? [O], int32 with scale
 * xScale·wScale for codes; residual? like the output. Output: [N, OH, OW, O], OH = (H − 1)·stride + kH − top − bottom.
 * On the device it is a convolution whose output channels are those of a block of pixels.
 * @throws ShapeError when sizes do not fit; NumericError when an int8 accumulator could leave int32
 * @see TFLite TRANSPOSE_CONV, ONNX ConvTranspose
 */
export const convTranspose2d: OpDefinition<ConvTranspose2dAttributes> = defineOp({
  name: op,
  inferShape: (context): readonly Shape[] => {
    const { batch, outHeight, outWidth, outChannels } = shapeOf(context);
    return [[batch, outHeight, outWidth, outChannels]];
  },
  isHeavy: true,
  reference(context, inputs) {
    const shape = shapeOf(context);
    const sums = scatteredSums(centered(op, context, inputs, 0), centered(op, context, inputs, 1), shape);
    return [finishReference(op, context, inputs, sums, shape.outChannels)];
  },
  quantization: { output: 'calibrated', weights: { input: 1, axis: 0, bias: 2, isCodedToo: true } },
  kernels: convolutionKernels(op, (context) => transposedForm(shapeOf(context), context)),
  partition: {
    unit: () => 1,
    part(context, range) {
      if (range.axis === 3) return channelsPart(context, context.attributes, range, 0, []);
      if (range.axis === 0) return pixelsPart(context, range, { ranges: [range] });
      const part = transposedPart(range, shapeOf(context));
      return part && pixelsPart(context, range, part);
    },
  },
  absorbConsumer: absorbLayerConsumer,
});

function shapeOf(context: Node): TransposedShape {
  const { strides, padding } = context.attributes;
  const where = `${op} "${context.name}"`;
  const [batch, inHeight, inWidth, inChannels] = shapeOfRank(op, context, 0, 'N, H, W, C');
  const [outChannels, kernelHeight, kernelWidth, channels] = shapeOfRank(op, context, 1, 'O, kH, kW, C');
  if (channels !== inChannels) {
    throw new ShapeError(
      `${where}: input has ${inChannels} channels, weights expect ${channels}. Transpose an NCHW input or re-export.`,
    );
  }
  checkLayer(op, context, outChannels, 1);
  const kernel = [kernelHeight, kernelWidth];
  const isStride = (stride: number, axis: number): boolean =>
    Number.isInteger(stride) && stride >= 1 && stride <= 2 * kernel[axis];
  const isPadding = (size: number): boolean => Number.isInteger(size) && Math.abs(size) < windowLimit;
  if (strides.length !== 2 || padding.length !== 4 || !strides.every(isStride) || !padding.every(isPadding)) {
    throw new ShapeError(
      `${where}: strides ${formatShape(strides)}, padding ${formatShape(padding)}. Strides are two whole numbers from 1 to twice the kernel ${formatShape(kernel)}, paddings four below ${windowLimit}.`,
    );
  }
  const phases = strides[0] * strides[1];
  if (phases * Math.max(outChannels, 4) > maxChannels) {
    throw new ShapeError(
      `${where}: ${outChannels} channels of ${phases} pixels to each of the input are more than ${maxChannels}. Use smaller strides.`,
    );
  }
  const outHeight = (inHeight - 1) * strides[0] + kernelHeight - padding[0] - padding[2];
  const outWidth = (inWidth - 1) * strides[1] + kernelWidth - padding[1] - padding[3];
  if (outHeight < 1 || outWidth < 1) {
    throw new ShapeError(
      `${where}: padding ${formatShape(padding)} leaves ${outHeight} x ${outWidth} pixels. Use less padding.`,
    );
  }
  return {
    strides,
    padding,
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
