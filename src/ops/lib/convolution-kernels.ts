import conv2dFloat from '../../../shaders/conv2d-float.wgsl';
import conv2dInt8 from '../../../shaders/conv2d-int8.wgsl';
import type { Engine } from '../../gpu/capabilities.ts';
import { bytesPerElement } from '../../tensor/dtype.ts';
import { zeroPointAt } from '../../tensor/quantization.ts';
import { deviceBytes } from '../../tensor/quads.ts';
import { elementCount, quadCount } from '../../tensor/shape.ts';
import type { Cost, Dispatch, Kernel, KernelContext, OpContext } from '../define-op.ts';
import { channelParameters, floatBias, weightSums } from './channel-parameters.ts';
import { activationShapes, type ConvolutionShape, flattened, multiplyAccumulates, outputPixels, readsPadding } from './convolution-shape.ts';
import { acceptsTile, chooseTile, type ConvolutionTile, convolutionTiles, tileLanes } from './convolution-tiles.ts';
import { type Epilogue, floatEpilogue, int8Epilogue, type LayerAttributes, layerQuantization } from './fused-layer.ts';
import { acceptsLayer } from './layer-operands.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { asWords, channelWindow, packWeights } from './pack-weights.ts';

/** Products that a float32 sum holds exactly: 2²⁴ / 128². A word has four. */
const exactWords = 1024 / 4;

type ShapeOf<A> = (context: OpContext<A>) => ConvolutionShape;

/** Constant weights of a node in the order [O, kH, kW, C/groups]. */
type WeightsOf = (context: OpContext<LayerAttributes>) => Int8Array | Float32Array;

const asTheyAre: WeightsOf = (context) => context.constants[1]!.data as Int8Array | Float32Array;

/**
 * Kernels of an op that is a convolution: the tile chosen by shape first, then every tile by itself, which measurements
 * and tests ask for by name.
 * @param shapeOf the convolution that a node of the op is
 * @param weightsOf its weights, where the op orders them in another way
 */
export function convolutionKernels<A extends LayerAttributes>(
  op: string,
  shapeOf: ShapeOf<A>,
  weightsOf: WeightsOf = asTheyAre,
): readonly Kernel<A>[] {
  return (['int8', 'float32'] as const).flatMap((dtype) => {
    const name = dtype === 'int8' ? 'conv2d-int8' : 'conv2d-float';
    const dispatch = dtype === 'int8' ? int8Dispatch : floatDispatch;
    const kernel = (tile?: ConvolutionTile): Kernel<A> => ({
      name: tile === undefined ? name : `${name}/${tile.name}`,
      usesEngine: dtype === 'int8',
      accepts: (context) =>
        acceptsLayer(context, dtype) &&
        (tile === undefined || acceptsTile(tile, flattened(shapeOf(context)), context.capabilities)),
      dispatch: (context) => {
        const shape = flattened(shapeOf(context));
        return dispatch(op, context, shape, tile ?? chooseTile(shape, context.capabilities), () => weightsOf(context));
      },
    });
    return [kernel(), ...convolutionTiles.map(kernel)];
  });
}

function int8Dispatch(
  op: string,
  context: KernelContext<LayerAttributes>,
  shape: ConvolutionShape,
  tile: ConvolutionTile,
  weights: () => Int8Array | Float32Array,
): Dispatch {
  const quantization = layerQuantization(op, context);
  const lanes = tileLanes(tile, shape);
  const bias = context.constants[2]?.data as Int32Array | undefined;
  const zeroPointOf = (channel: number): number => zeroPointAt(quantization.weights, channel);
  const isSymmetric = quantization.weights.zeroPoints.every((zeroPoint) => zeroPoint === 0);
  const codesOf = weights as () => Int8Array;
  const parameters = (): Int32Array => {
    const codes = codesOf();
    const weightsPerChannel = codes.length / shape.outChannels;
    const sums = weightSums(codes, quantization.weights, shape.outChannels, (index) => Math.floor(index / weightsPerChannel));
    return channelParameters(`${op} "${context.name}"`, bias, sums, quantization, lanes);
  };
  const epilogue = int8Epilogue(op, context);
  const loops = loopConstants(shape, tile, context.engine);
  const paddingCode = zeroPointAt(quantization.input, 0) & 0xff;
  return convolutionDispatch(context, conv2dInt8, shape, tile, {
    imports: {
      ...epilogue.imports,
      'engine-dp4a': `engine-${context.engine}`,
      'channel-sums-symmetric': isSymmetric ? 'channel-sums-symmetric' : 'channel-sums-asymmetric',
    },
    constants: { ...epilogue.constants, ...loops, PADDING_WORD: paddingCode * 0x01010101, PARAMETER_QUADS: lanes * 4 },
    bindings: [
      { constant: 'weights', data: () => asWords(packWeights(codesOf(), shape, lanes, zeroPointOf)) },
      { constant: 'parameters', data: parameters },
      { output: 0 },
      ...epilogue.bindings,
    ],
  });
}

function floatDispatch(
  _op: string,
  context: KernelContext<LayerAttributes>,
  shape: ConvolutionShape,
  tile: ConvolutionTile,
  weights: () => Int8Array | Float32Array,
): Dispatch {
  const lanes = tileLanes(tile, shape);
  const bias = context.constants[2]?.data as Float32Array | undefined;
  const epilogue = floatEpilogue(context);
  return convolutionDispatch(context, conv2dFloat, shape, tile, {
    imports: epilogue.imports,
    constants: { ...epilogue.constants, ...loopConstants(shape, tile, undefined), PARAMETER_QUADS: lanes },
    bindings: [
      { constant: 'weights', data: () => packWeights(weights() as Float32Array, shape, lanes, () => 0) },
      { constant: 'parameters', data: () => floatBias(bias, lanes) },
      { output: 0 },
      ...epilogue.bindings,
    ],
  });
}

/** What both number types share. */
function convolutionDispatch(
  context: KernelContext<LayerAttributes>,
  shader: string,
  shape: ConvolutionShape,
  tile: ConvolutionTile,
  { imports, constants, bindings }: Epilogue,
): Dispatch {
  const lanes = tileLanes(tile, shape);
  const { input, output } = activationShapes(shape);
  const window = channelWindow(shape).words;
  const launch = linearDispatch(lanes * Math.ceil(outputPixels(shape) / tile.pixels));
  return {
    shader,
    imports: {
      ...imports,
      'tile-1': `tile-${tile.pixels}`,
      'words-direct': tile.isShared ? `words-shared-${tile.pixels}` : 'words-direct',
    },
    constants: {
      ...constants,
      ...launch.constants,
      X_QUADS: quadCount(input),
      Y_QUADS: quadCount(output),
      WEIGHT_WORDS: shape.kernelHeight * shape.kernelWidth * window * 4 * lanes,
      BATCH: shape.batch,
      IN_HEIGHT: shape.inHeight,
      IN_WIDTH: shape.inWidth,
      IN_QUADS: Math.ceil(shape.inChannels / 4),
      OUT_HEIGHT: shape.outHeight,
      OUT_WIDTH: shape.outWidth,
      OUT_QUADS: Math.ceil(shape.outChannels / 4),
      LANES: lanes,
      KERNEL_HEIGHT: shape.kernelHeight,
      KERNEL_WIDTH: shape.kernelWidth,
      STRIDE_Y: shape.strides[0],
      STRIDE_X: shape.strides[1],
      DILATION_Y: shape.dilations[0],
      DILATION_X: shape.dilations[1],
      PADDING_TOP: shape.padding[0],
      PADDING_LEFT: shape.padding[1],
      IS_PADDED: readsPadding(shape) ? 1 : 0,
      GROUP_IN: shape.inChannels / shape.groups,
      GROUP_OUT: shape.outChannels / shape.groups,
      WINDOW: window,
    },
    bindings: [{ input: 0 }, ...bindings],
    workgroups: launch.workgroups,
    cost: layerCost(context, multiplyAccumulates(shape)),
  };
}

/** Splits the words of a tap into steps, and into chunks where float32 sums would lose exactness. */
function loopConstants(
  shape: ConvolutionShape,
  tile: ConvolutionTile,
  engine: Engine | undefined,
): Readonly<Record<'CHUNKS' | 'CHUNK_STEPS' | 'TAIL_WORDS' | 'FLUSH', number>> {
  const { words } = channelWindow(shape);
  const stepWords = tile.isShared ? 4 : 1;
  let chunkWords = Math.floor(words / stepWords) * stepWords;
  let flush = 0;
  if (engine === 'f32-exact' && words > exactWords) {
    chunkWords = chunkOfLeastTail(words, stepWords);
    flush = 2;
  } else if (engine === 'f32-exact' && words * shape.kernelHeight * shape.kernelWidth > exactWords) {
    flush = 1;
  }
  const chunks = chunkWords === 0 ? 0 : Math.floor(words / chunkWords);
  return {
    CHUNKS: chunks,
    CHUNK_STEPS: chunkWords / stepWords,
    TAIL_WORDS: words - chunks * chunkWords,
    FLUSH: flush,
  };
}

/** The chunk between half of and all that stays exact which leaves the fewest words over. */
function chunkOfLeastTail(words: number, stepWords: number): number {
  let best = exactWords;
  for (let chunk = exactWords; chunk > exactWords / 2; chunk -= stepWords) {
    if (words % chunk < words % best) best = chunk;
  }
  return best;
}

/** Products as two operations each; activations, weights and bias once over the bus. */
export function layerCost(context: OpContext<object>, products: number): Cost {
  let bytes = 0;
  for (const [index, type] of context.inputs.entries()) {
    if (type === undefined) continue;
    bytes += context.constants[index] ? elementCount(type.shape) * bytesPerElement(type.dtype) : deviceBytes(type.dtype, type.shape);
  }
  for (const type of context.outputs) bytes += deviceBytes(type.dtype, type.shape);
  return { operations: 2 * products, bytes };
}

