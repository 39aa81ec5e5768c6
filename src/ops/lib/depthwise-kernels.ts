import depthwiseConv2dFloat from '../../../shaders/depthwise-conv2d-float.wgsl';
import depthwiseConv2dInt8 from '../../../shaders/depthwise-conv2d-int8.wgsl';
import type { Quantization } from '../../tensor/quantization.ts';
import { deviceBytes, toQuads } from '../../tensor/quads.ts';
import { quadCount } from '../../tensor/shape.ts';
import type { Dispatch, Kernel, KernelContext, OpContext } from '../define-op.ts';
import {
  channelParameterCount,
  channelParameters,
  channelSums,
  floatParameterCount,
  floatParameters,
  summarizeChannels,
} from './channel-parameters.ts';
import { type ChannelEpilogue, layerCost } from './convolution-kernels.ts';
import { activationShapes, type ConvolutionShape, multiplyAccumulates } from './convolution-shape.ts';
import { dynamicEpilogue, dynamicParameterCount, dynamicParameters } from './dynamic-layer.ts';
import { type Epilogue, floatEpilogue, int8Epilogue, type LayerAttributes, layerQuantization } from './fused-layer.ts';
import { acceptsLayer } from './layer-operands.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { operandType } from './operands.ts';
import { asWords, type WeightData } from './pack-weights.ts';

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
      accepts: (context) => acceptsLayer(context, 'float') && isOneToOne(context),
      dispatch: (context) => floatDispatch(context, shapeOf(context)),
    },
    {
      name: 'depthwise-conv2d-dynamic',
      usesEngine: true,
      accepts: (context) => acceptsLayer(context, 'dynamic') && isOneToOne(context),
      dispatch: (context) => dynamicDispatch(context, shapeOf(context)),
    },
  ];
}

function int8Dispatch(context: KernelContext<LayerAttributes>, shape: ConvolutionShape): Dispatch {
  const quantization = layerQuantization(op, context);
  const codes = context.constants[1]!.data as Int8Array;
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
  return codesDispatch(context, shape, isShort ? 'engine-f32-short' : undefined, {
    ...epilogue,
    constants: { ...epilogue.constants, PARAMETERS: channelParameterCount(quads) },
    parameters: {
      constant: 'parameters',
      sizeBytes: channelParameterCount(quads) * 16,
      data: () => channelParameters(summary, quantization, context.attributes.activation, isShort, quads),
    },
  });
}

function dynamicDispatch(context: KernelContext<LayerAttributes>, shape: ConvolutionShape): Dispatch {
  const channels = shape.outChannels;
  const quads = Math.ceil(channels / 4);
  const quantization = operandType(op, context, 1).quantization!;
  const epilogue = dynamicEpilogue(op, context);
  return codesDispatch(context, shape, undefined, {
    ...epilogue,
    constants: { ...epilogue.constants, PARAMETERS: dynamicParameterCount(quads) },
    parameters: {
      constant: 'parameters',
      sizeBytes: dynamicParameterCount(quads) * 16,
      data() {
        const sums = channelSums(context.constants[1]!.data as Int8Array, 1, quantization, channels);
        const bias = context.constants[2]?.data as Float32Array | undefined;
        return dynamicParameters(`${op} "${context.name}"`, sums, quantization, bias, quads);
      },
    },
  });
}

/** Sums of products of codes. */
function codesDispatch(
  context: KernelContext<LayerAttributes>,
  shape: ConvolutionShape,
  engine: string | undefined,
  { imports, constants, parameters, bindings }: ChannelEpilogue,
): Dispatch {
  const weights = context.constants[1]!;
  return depthwiseDispatch(context, depthwiseConv2dInt8, shape, {
    imports: { ...imports, 'engine-scalar': engine ?? engineFile(context, shape, weights.quantization!) },
    constants,
    bindings: [
      {
        constant: 'weights',
        sizeBytes: deviceBytes('int8', weights.shape),
        data: () => asWords(toQuads(weights.data as Int8Array, 'int8', weights.shape)),
      },
      parameters,
      { output: 0 },
      ...bindings,
    ],
  });
}

/** Lanes are multiplied one by one, so a dot product does not help: dp4a devices use integer products. */
function engineFile(
  { engine }: KernelContext<LayerAttributes>,
  shape: ConvolutionShape,
  { zeroPoints }: Quantization,
): string {
  const isSymmetric = zeroPoints.every((zeroPoint) => zeroPoint === 0);
  const limit = isSymmetric ? exactProducts.symmetric : exactProducts.asymmetric;
  const isExact = shape.kernelHeight * shape.kernelWidth <= limit;
  return engine === 'f32-exact' && isExact ? 'engine-f32-exact' : 'engine-scalar';
}

function floatDispatch(context: KernelContext<LayerAttributes>, shape: ConvolutionShape): Dispatch {
  const epilogue = floatEpilogue(op, context);
  const weights = context.constants[1]!;
  const { dtype, quantization } = weights;
  const bias = context.constants[2]?.data as Float32Array | undefined;
  const quads = Math.ceil(shape.outChannels / 4);
  const parameters = floatParameterCount(quantization, quads);
  return depthwiseDispatch(context, depthwiseConv2dFloat, shape, {
    imports: epilogue.imports,
    constants: { ...epilogue.constants, PARAMETERS: parameters },
    bindings: [
      {
        constant: 'weights',
        sizeBytes: deviceBytes(dtype, weights.shape),
        data: () => asWords(toQuads(weights.data as WeightData, dtype, weights.shape)),
      },
      {
        constant: 'parameters',
        sizeBytes: parameters * 16,
        data: () => floatParameters(bias, quantization, shape.outChannels, quads),
      },
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
