import depthwiseConv2dFloat from '../../../shaders/depthwise-conv2d-float.wgsl';
import depthwiseConv2dInt8 from '../../../shaders/depthwise-conv2d-int8.wgsl';
import { deviceBytes, toQuads } from '../../tensor/quads.ts';
import { quadCount } from '../../tensor/shape.ts';
import type { Dispatch, Kernel, KernelContext, OpContext } from '../define-op.ts';
import {
  channelParameterCount,
  channelParameters,
  floatBias,
  type LayerQuantization,
  summarizeChannels,
} from './channel-parameters.ts';
import { layerCost } from './convolution-kernels.ts';
import { activationShapes, type ConvolutionShape, multiplyAccumulates } from './convolution-shape.ts';
import { type Epilogue, floatEpilogue, int8Epilogue, type LayerAttributes, layerQuantization } from './fused-layer.ts';
import { acceptsLayer } from './layer-operands.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { asWords } from './pack-weights.ts';

const op = 'depthwise-conv2d';

/** Output pixels of an invocation: ROW_PIXELS of `shaders/lib/depthwise.wgsl`. */
const rowPixels = 4;

/** Products that a float32 sum holds exactly: 2²⁴ over the largest product of an activation and a weight less zero point. */
const exactProducts = { symmetric: 2 ** 24 / (128 * 128), asymmetric: Math.floor(2 ** 24 / (128 * 255)) };

/** Kernels for as many output as input channels, one to one. */
export function depthwiseKernels<A extends LayerAttributes>(
  shapeOf: (context: OpContext<A>) => ConvolutionShape,
): readonly Kernel<A>[] {
  const isOneToOne = (context: OpContext<A>): boolean => {
    const { inChannels, outChannels } = shapeOf(context);
    return inChannels === outChannels;
  };
  return [
    {
      name: 'depthwise-conv2d-int8',
      usesEngine: true,
      accepts: (context) => acceptsLayer(context, 'int8') && isOneToOne(context),
      dispatch: (context) => int8Dispatch(context, shapeOf(context)),
    },
    {
      name: 'depthwise-conv2d-float',
      accepts: (context) => acceptsLayer(context, 'float32') && isOneToOne(context),
      dispatch: (context) => floatDispatch(context, shapeOf(context)),
    },
  ];
}

function int8Dispatch(context: KernelContext<LayerAttributes>, shape: ConvolutionShape): Dispatch {
  const quantization = layerQuantization(op, context);
  const weights = context.constants[1]!;
  const codes = weights.data as Int8Array;
  const bias = context.constants[2]?.data as Int32Array | undefined;
  const channels = shape.outChannels;
  const quads = Math.ceil(channels / 4);
  const summary = summarizeChannels(
    `${op} "${context.name}"`,
    () => codes,
    1,
    bias,
    quantization,
    channels,
    shape.kernelHeight * shape.kernelWidth,
  );
  const isShort = context.engine === 'f32-exact' && summary.isShort;
  const epilogue = int8Epilogue(op, context, isShort);
  return depthwiseDispatch(context, depthwiseConv2dInt8, shape, {
    imports: {
      ...epilogue.imports,
      'engine-scalar': isShort ? 'engine-f32-short' : engineFile(context, shape, quantization),
    },
    constants: { ...epilogue.constants, PARAMETERS: channelParameterCount(quads) },
    bindings: [
      {
        constant: 'weights',
        sizeBytes: deviceBytes('int8', weights.shape),
        data: () => asWords(toQuads(codes, 'int8', weights.shape)),
      },
      {
        constant: 'parameters',
        sizeBytes: channelParameterCount(quads) * 16,
        data: () => channelParameters(summary, quantization, context.attributes.activation, isShort, quads),
      },
      { output: 0 },
      ...epilogue.bindings,
    ],
  });
}

/** Lanes are multiplied one by one, so a dot product does not help: dp4a devices use integer products. */
function engineFile(
  { engine }: KernelContext<LayerAttributes>,
  shape: ConvolutionShape,
  { weights }: LayerQuantization,
): string {
  const isSymmetric = weights.zeroPoints.every((zeroPoint) => zeroPoint === 0);
  const limit = isSymmetric ? exactProducts.symmetric : exactProducts.asymmetric;
  const isExact = shape.kernelHeight * shape.kernelWidth <= limit;
  return engine === 'f32-exact' && isExact ? 'engine-f32-exact' : 'engine-scalar';
}

function floatDispatch(context: KernelContext<LayerAttributes>, shape: ConvolutionShape): Dispatch {
  const epilogue = floatEpilogue(context);
  const weights = context.constants[1]!;
  const bias = context.constants[2]?.data as Float32Array | undefined;
  const quads = Math.ceil(shape.outChannels / 4);
  return depthwiseDispatch(context, depthwiseConv2dFloat, shape, {
    imports: epilogue.imports,
    constants: { ...epilogue.constants, PARAMETERS: quads },
    bindings: [
      {
        constant: 'weights',
        sizeBytes: deviceBytes('float32', weights.shape),
        data: () => toQuads(weights.data as Float32Array, 'float32', weights.shape),
      },
      { constant: 'parameters', sizeBytes: quads * 16, data: () => floatBias(bias, quads) },
      { output: 0 },
      ...epilogue.bindings,
    ],
  });
}

function depthwiseDispatch(
  context: KernelContext<LayerAttributes>,
  shader: string,
  shape: ConvolutionShape,
  { imports, constants, bindings }: Epilogue,
): Dispatch {
  const { input, output } = activationShapes(shape);
  const quads = Math.ceil(shape.outChannels / 4);
  const hasThreeRows = shape.kernelHeight === 3;
  const launch = linearDispatch(quads * Math.ceil(shape.outWidth / rowPixels) * shape.outHeight * shape.batch);
  return {
    shader,
    imports: { ...imports, 'rows-any': hasThreeRows ? 'rows-3' : 'rows-any', 'row-any': rowFile(shape) },
    constants: {
      ...constants,
      ...launch.constants,
      X_QUADS: quadCount(input),
      Y_QUADS: quadCount(output),
      WEIGHT_WORDS: shape.kernelHeight * shape.kernelWidth * quads,
      BATCH: shape.batch,
      IN_HEIGHT: shape.inHeight,
      IN_WIDTH: shape.inWidth,
      OUT_HEIGHT: shape.outHeight,
      OUT_WIDTH: shape.outWidth,
      QUADS: quads,
      ...(hasThreeRows ? {} : { KERNEL_HEIGHT: shape.kernelHeight }),
      KERNEL_WIDTH: shape.kernelWidth,
      STRIDE_Y: shape.strides[0],
      STRIDE_X: shape.strides[1],
      DILATION_Y: shape.dilations[0],
      DILATION_X: shape.dilations[1],
      PADDING_TOP: shape.padding[0],
      PADDING_LEFT: shape.padding[1],
    },
    bindings: [{ input: 0 }, ...bindings],
    workgroups: launch.workgroups,
    cost: layerCost(context, multiplyAccumulates(shape)),
  };
}

/** Rows of three adjacent taps, by far the most common, load each column once. */
function rowFile({ kernelWidth, dilations, strides }: ConvolutionShape): string {
  const isThree = kernelWidth === 3 && dilations[1] === 1;
  return isThree && strides[1] <= 2 ? `row-3-stride-${strides[1]}` : 'row-any';
}
