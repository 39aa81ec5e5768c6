import conv2dFloat from '../../../shaders/conv2d-float.wgsl';
import conv2dInt8 from '../../../shaders/conv2d-int8.wgsl';
import { bytesPerElement } from '../../tensor/dtype.ts';
import { type Quantization, scaleAt, zeroPointAt } from '../../tensor/quantization.ts';
import { deviceBytes } from '../../tensor/quads.ts';
import { elementCount, quadCount } from '../../tensor/shape.ts';
import type { Binding, Cost, Dispatch, Kernel, KernelContext, OpContext } from '../define-op.ts';
import {
  channelParameterCount,
  channelParameters,
  channelSums,
  floatParameterCount,
  floatParameters,
  summarizeChannels,
} from './channel-parameters.ts';
import {
  activationShapes,
  type ConvolutionShape,
  flattened,
  isPointwise,
  multiplyAccumulates,
  outputPixels,
} from './convolution-shape.ts';
import { acceptsTile, chooseTile, type ConvolutionTile, convolutionTiles, tileLanes } from './convolution-tiles.ts';
import { dynamicEpilogue, dynamicParameterCount, dynamicParameters } from './dynamic-layer.ts';
import { type Epilogue, floatEpilogue, int8Epilogue, type LayerAttributes, layerQuantization } from './fused-layer.ts';
import { acceptsLayer } from './layer-operands.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { operandType } from './operands.ts';
import { asWords, channelWindow, packedCount, packWeights, type WeightData } from './pack-weights.ts';

/** Products that a float32 sum holds exactly: 2²⁴ / 128². A word has four. */
const exactWords = 1024 / 4;

/** The convolution that computes a node. */
export interface ConvolutionForm {
  readonly shape: ConvolutionShape;
  /** The node's constant weights in the order [O, kH, kW, C/groups]. */
  readonly weights: () => WeightData;
  /** Where the convolution's output is not the node's. */
  readonly placement?: ConvolutionPlacement;
}

/** How the output of a convolution becomes that of a node. */
export interface ConvolutionPlacement {
  /** The node's output channel that one of the convolution's is, for bias and scales. */
  readonly channelOf: (channel: number) => number;
  /** The file that takes the place of `store-pixels`, and its constants. */
  readonly store: string;
  readonly constants: Readonly<Record<string, number>>;
  /** Multiply-accumulates of the node. */
  readonly products: number;
}

/** Constant weights as they are. */
export function constantWeights(context: OpContext<object>): WeightData {
  return context.constants[1]!.data as WeightData;
}

/**
 * Kernels of an op that is a convolution: the tile chosen by shape first, then every tile by itself, which measurements
 * and tests ask for by name.
 */
export function convolutionKernels<A extends LayerAttributes>(
  op: string,
  formOf: (context: OpContext<A>) => ConvolutionForm,
): readonly Kernel<A>[] {
  const dispatches = { int8: int8Dispatch, float: floatDispatch, dynamic: dynamicDispatch };
  return (['int8', 'float', 'dynamic'] as const).flatMap((arithmetic) => {
    const name = `conv2d-${arithmetic}`;
    const dispatch = dispatches[arithmetic];
    const kernel = (tile?: ConvolutionTile): Kernel<A> => ({
      name: tile === undefined ? name : `${name}/${tile.name}`,
      usesEngine: arithmetic !== 'float',
      accepts: (context) =>
        acceptsLayer(context, arithmetic) &&
        (tile === undefined || acceptsTile(tile, flattened(formOf(context).shape), context.capabilities)),
      dispatch: (context) => {
        const form = formOf(context);
        const shape = flattened(form.shape);
        return dispatch(op, context, { ...form, shape }, tile ?? chooseTile(shape, context.capabilities));
      },
    });
    return [kernel(), ...convolutionTiles.map(kernel)];
  });
}

function int8Dispatch(
  op: string,
  context: KernelContext<LayerAttributes>,
  form: ConvolutionForm,
  tile: ConvolutionTile,
): Dispatch {
  const { shape, weights } = form;
  const layer = layerQuantization(op, context);
  const quantization = { ...layer, weights: placedQuantization(form, layer.weights) };
  const lanes = tileLanes(tile, shape);
  const summary = summarizeChannels(
    `${op} "${context.name}"`,
    () => weights() as Int8Array,
    channelProducts(shape),
    placedBias<Int32Array>(form, context),
    quantization,
    shape.outChannels,
    reductionOf(shape, tile, Infinity).words * 4,
  );
  const isShort = context.engine === 'f32-exact' && summary.isShort;
  const epilogue = int8Epilogue(op, context, isShort);
  return codesDispatch(context, form, tile, quantization.weights, isShort, {
    ...epilogue,
    constants: { ...epilogue.constants, PARAMETERS: channelParameterCount(lanes) },
    parameters: {
      constant: 'parameters',
      sizeBytes: channelParameterCount(lanes) * 16,
      data: () => channelParameters(summary, quantization, context.attributes.activation, isShort, lanes),
    },
  });
}

function dynamicDispatch(
  op: string,
  context: KernelContext<LayerAttributes>,
  form: ConvolutionForm,
  tile: ConvolutionTile,
): Dispatch {
  const { shape, weights } = form;
  const quantization = placedQuantization(form, operandType(op, context, 1).quantization!);
  const lanes = tileLanes(tile, shape);
  const epilogue = dynamicEpilogue(op, context);
  return codesDispatch(context, form, tile, quantization, false, {
    ...epilogue,
    constants: { ...epilogue.constants, PARAMETERS: dynamicParameterCount(lanes) },
    parameters: {
      constant: 'parameters',
      sizeBytes: dynamicParameterCount(lanes) * 16,
      data() {
        const sums = channelSums(weights() as Int8Array, channelProducts(shape), quantization, shape.outChannels);
        const bias = placedBias<Float32Array>(form, context);
        return dynamicParameters(`${op} "${context.name}"`, sums, quantization, bias, lanes);
      },
    },
  });
}

/** Weights in a row that belong to one output channel. */
function channelProducts(shape: ConvolutionShape): number {
  return (shape.kernelHeight * shape.kernelWidth * shape.inChannels) / shape.groups;
}

/** What follows the sums, with what is known of each channel. */
export interface ChannelEpilogue extends Epilogue {
  readonly parameters: Binding;
}

/** Sums of products of codes. */
function codesDispatch(
  context: KernelContext<LayerAttributes>,
  form: ConvolutionForm,
  tile: ConvolutionTile,
  quantization: Quantization,
  isShort: boolean,
  { imports, constants, parameters, bindings }: ChannelEpilogue,
): Dispatch {
  const { shape, weights } = form;
  const lanes = tileLanes(tile, shape);
  const isSymmetric = quantization.zeroPoints.every((zeroPoint) => zeroPoint === 0);
  const reduction = reductionOf(shape, tile, context.engine === 'f32-exact' && !isShort ? exactWords : Infinity);
  const zeroPointOf = (channel: number): number => zeroPointAt(quantization, channel);
  return convolutionDispatch(context, conv2dInt8, form, tile, reduction, {
    imports: {
      ...imports,
      'engine-dp4a': isShort ? 'engine-f32-short' : `engine-${context.engine}`,
      'channel-sums-symmetric': isSymmetric ? 'channel-sums-symmetric' : 'channel-sums-asymmetric',
    },
    constants,
    bindings: [
      {
        constant: 'weights',
        sizeBytes: packedCount(reduction, lanes),
        data: () => asWords(packWeights(weights() as Int8Array, shape, reduction, lanes, zeroPointOf)),
      },
      parameters,
      { output: 0 },
      ...bindings,
    ],
  });
}

function floatDispatch(
  op: string,
  context: KernelContext<LayerAttributes>,
  form: ConvolutionForm,
  tile: ConvolutionTile,
): Dispatch {
  const { shape, weights } = form;
  const type = operandType(op, context, 1);
  const scales = type.quantization && placedQuantization(form, type.quantization);
  const lanes = tileLanes(tile, shape);
  const bias = placedBias<Float32Array>(form, context);
  const reduction = reductionOf(shape, tile, Infinity);
  const epilogue = floatEpilogue(op, context);
  const parameters = floatParameterCount(scales, lanes);
  return convolutionDispatch(context, conv2dFloat, form, tile, reduction, {
    imports: epilogue.imports,
    constants: { ...epilogue.constants, PARAMETERS: parameters },
    bindings: [
      {
        constant: 'weights',
        sizeBytes: packedCount(reduction, lanes) * bytesPerElement(type.dtype),
        data: () => asWords(packWeights(weights(), shape, reduction, lanes, () => 0)),
      },
      {
        constant: 'parameters',
        sizeBytes: parameters * 16,
        data: () => floatParameters(bias, scales, shape.outChannels, lanes),
      },
      { output: 0 },
      ...epilogue.bindings,
    ],
  });
}

/** The bias of the convolution's channels. */
function placedBias<T extends Int32Array | Float32Array>(
  { shape, placement }: ConvolutionForm,
  context: OpContext<object>,
): T | undefined {
  const bias = context.constants[2]?.data as T | undefined;
  if (bias === undefined || placement === undefined) return bias;
  const placed = new (bias.constructor as new (length: number) => T)(shape.outChannels);
  return placed.map((_, channel) => bias[placement.channelOf(channel)]) as T;
}

/** The weights' quantization by the convolution's channels. */
function placedQuantization({ shape, placement }: ConvolutionForm, weights: Quantization): Quantization {
  if (placement === undefined || weights.scales.length === 1) return weights;
  const channels = Array.from({ length: shape.outChannels }, (_, channel) => placement.channelOf(channel));
  return {
    ...weights,
    scales: channels.map((channel) => scaleAt(weights, channel)),
    zeroPoints: channels.map((channel) => zeroPointAt(weights, channel)),
  };
}

/** What both number types share. */
function convolutionDispatch(
  context: KernelContext<LayerAttributes>,
  shader: string,
  { shape, placement }: ConvolutionForm,
  tile: ConvolutionTile,
  reduction: Reduction,
  { imports, constants, bindings }: Epilogue,
): Dispatch {
  const lanes = tileLanes(tile, shape);
  const isFlat = isPointwise(shape);
  const launch = linearDispatch(lanes * Math.ceil(outputPixels(shape) / tile.pixels));
  return {
    shader,
    imports: {
      ...imports,
      'pixels-window': isFlat ? 'pixels-flat' : 'pixels-window',
      'reduce-chunks': reduction.file,
      'store-pixels': placement?.store ?? 'store-pixels',
      'tile-1': `tile-${tile.pixels}`,
      'words-direct': tile.isShared ? `words-shared-${tile.pixels}` : 'words-direct',
    },
    constants: {
      ...constants,
      ...launch.constants,
      ...(isFlat ? {} : windowConstants(shape)),
      ...reduction.constants,
      ...placement?.constants,
      X_QUADS: quadCount(activationShapes(shape).input),
      Y_QUADS: quadCount(context.outputs[0].shape),
      WEIGHT_WORDS: packedCount(reduction, lanes) / 4,
      BATCH: shape.batch,
      IN_QUADS: Math.ceil(shape.inChannels / 4),
      OUT_HEIGHT: shape.outHeight,
      OUT_WIDTH: shape.outWidth,
      OUT_QUADS: Math.ceil(shape.outChannels / 4),
      LANES: lanes,
      GROUP_IN: shape.inChannels / shape.groups,
      GROUP_OUT: shape.outChannels / shape.groups,
      WINDOW: channelWindow(shape).words,
    },
    bindings: [{ input: 0 }, ...bindings],
    workgroups: launch.workgroups,
    cost: layerCost(context, placement?.products ?? multiplyAccumulates(shape)),
  };
}

/** For `pixels-window`; `pixels-flat` has none. */
function windowConstants(shape: ConvolutionShape): Readonly<Record<string, number>> {
  return {
    IN_HEIGHT: shape.inHeight,
    IN_WIDTH: shape.inWidth,
    STRIDE_Y: shape.strides[0],
    STRIDE_X: shape.strides[1],
    DILATION_Y: shape.dilations[0],
    DILATION_X: shape.dilations[1],
    PADDING_TOP: shape.padding[0],
    PADDING_LEFT: shape.padding[1],
  };
}

/** How the words of all taps are summed. */
interface Reduction {
  /** `reduce-*.wgsl` */
  readonly file: string;
  readonly constants: Readonly<Record<string, number>>;
  /** Words of a tap in the packed weights, and of all taps: the window's, padded to whole steps. */
  readonly tapWords: number;
  readonly words: number;
}

/** @param limit words that may be summed before the sums go to totals */
function reductionOf(shape: ConvolutionShape, tile: ConvolutionTile, limit: number): Reduction {
  const { words } = channelWindow(shape);
  const taps = shape.kernelHeight * shape.kernelWidth;
  const stepWords = tile.isShared ? 4 : 1;
  const steps = Math.ceil(words / stepWords);
  if (taps === 1 && steps * stepWords <= limit) {
    return { file: 'reduce-once', constants: { STEPS: steps }, tapWords: steps * stepWords, words: steps * stepWords };
  }
  const kernel = { KERNEL_WIDTH: shape.kernelWidth, TAPS: taps };
  const allSteps = Math.ceil((taps * words) / stepWords);
  if (words < 4 && allSteps * stepWords <= limit) {
    const constants = { ...kernel, STEPS: allSteps };
    return { file: 'reduce-small-taps', constants, tapWords: words, words: allSteps * stepWords };
  }
  const chunks = Math.ceil((steps * stepWords) / limit) || 1;
  const chunkSteps = Math.ceil(steps / chunks);
  const tapWords = chunks * chunkSteps * stepWords;
  const constants = { ...kernel, CHUNKS: chunks, STEPS: chunkSteps };
  return { file: 'reduce-chunks', constants, tapWords, words: taps * tapWords };
}

/** Products as two operations each; activations, weights and bias once over the bus. */
export function layerCost(context: OpContext<object>, products: number): Cost {
  let bytes = 0;
  for (const [index, type] of context.inputs.entries()) {
    if (type === undefined) continue;
    bytes += context.constants[index]
      ? elementCount(type.shape) * bytesPerElement(type.dtype)
      : deviceBytes(type.dtype, type.shape);
  }
  for (const type of context.outputs) bytes += deviceBytes(type.dtype, type.shape);
  return { operations: 2 * products, multiplyAccumulates: products, bytes };
}
