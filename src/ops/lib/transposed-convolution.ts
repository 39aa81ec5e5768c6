import { zeroPointAt } from '../../tensor/quantization.ts';
import type { AxisRange, OpContext } from '../define-op.ts';
import { constantWeights, type ConvolutionForm } from './convolution-kernels.ts';
import { type ConvolutionShape, windowLimit } from './convolution-shape.ts';
import type { WeightData } from './pack-weights.ts';

/** Every size of a transposed convolution; padding is what is cut off its full output, and may be negative. */
export type TransposedShape = Omit<ConvolutionShape, 'dilations' | 'groups'>;

/**
 * Sums of a transposed convolution in float64, exact for 8-bit codes, in plain loops: every pixel of the input is spread
 * over the output.
 * @param x [N, H, W, C] with zero points subtracted
 * @param weights [O, kH, kW, C], likewise
 * @returns [N, OH, OW, O]
 */
export function scatteredSums(x: Float64Array, weights: Float64Array, shape: TransposedShape): Float64Array {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, kernelHeight, kernelWidth } = shape;
  const sums = new Float64Array(shape.batch * outHeight * outWidth * outChannels);
  for (let pixel = 0; pixel * inChannels < x.length; pixel++) {
    const n = Math.floor(pixel / (inHeight * inWidth));
    const top = (Math.floor(pixel / inWidth) % inHeight) * shape.strides[0] - shape.padding[0];
    const left = (pixel % inWidth) * shape.strides[1] - shape.padding[1];
    for (let ky = 0; ky < kernelHeight; ky++) {
      const oy = top + ky;
      if (oy < 0 || oy >= outHeight) continue;
      for (let kx = 0; kx < kernelWidth; kx++) {
        const ox = left + kx;
        if (ox < 0 || ox >= outWidth) continue;
        const to = ((n * outHeight + oy) * outWidth + ox) * outChannels;
        for (let o = 0; o < outChannels; o++) {
          const weight = ((o * kernelHeight + ky) * kernelWidth + kx) * inChannels;
          for (let c = 0; c < inChannels; c++) sums[to + o] += x[pixel * inChannels + c] * weights[weight + c];
        }
      }
    }
  }
  return sums;
}

/** One axis of the grid of blocks, each a stride wide, that the output is made of. */
interface GridAxis {
  /** The first block that holds some of the output, and how many do. */
  readonly first: number;
  readonly size: number;
  /** How many pixels of the input reach a block: it and those before it. */
  readonly taps: number;
  /** Pixels of the first block before the output begins. */
  readonly skipped: number;
}

function gridAxis(stride: number, kernel: number, before: number, size: number): GridAxis {
  const first = Math.floor(before / stride);
  return {
    first,
    size: Math.floor((before + size - 1) / stride) - first + 1,
    taps: Math.ceil(kernel / stride),
    skipped: before - first * stride,
  };
}

/**
 * The convolution that computes a transposed one. Output row u (counted before any is cut off) is r = u mod s in block
 * q = ⌊u / s⌋, and the rows of the input that reach it are q − t with weights of kernel row r + t·s. So all rows of a
 * block read the same inputs, and with columns a convolution makes them all: the channels of s·s pixels at once.
 */
export function transposedForm(shape: TransposedShape, context: OpContext<object>): ConvolutionForm {
  const { strides, padding, kernelHeight, kernelWidth, outChannels, inChannels } = shape;
  const rows = gridAxis(strides[0], kernelHeight, padding[0], shape.outHeight);
  const columns = gridAxis(strides[1], kernelWidth, padding[1], shape.outWidth);
  const phaseQuads = Math.ceil(outChannels / 4);
  const channelOf = (channel: number): number => Math.min(channel % (phaseQuads * 4), outChannels - 1);
  const before = [rows.taps - 1 - rows.first, columns.taps - 1 - columns.first];
  return {
    shape: {
      ...shape,
      strides: [1, 1],
      dilations: [1, 1],
      padding: [
        before[0],
        before[1],
        rows.size + rows.taps - 1 - before[0] - shape.inHeight,
        columns.size + columns.taps - 1 - before[1] - shape.inWidth,
      ],
      groups: 1,
      outHeight: rows.size,
      outWidth: columns.size,
      outChannels: strides[0] * strides[1] * phaseQuads * 4,
      kernelHeight: rows.taps,
      kernelWidth: columns.taps,
    },
    weights: () => phaseWeights(shape, context, rows.taps, columns.taps),
    placement: {
      channelOf,
      store: 'store-phases',
      constants: {
        GRID_HEIGHT: rows.size,
        GRID_WIDTH: columns.size,
        PHASES_Y: strides[0],
        PHASES_X: strides[1],
        PHASE_QUADS: phaseQuads,
        Y_HEIGHT: shape.outHeight,
        Y_WIDTH: shape.outWidth,
        FIRST_ROW: rows.skipped,
        FIRST_COLUMN: columns.skipped,
      },
      products: shape.batch * shape.inHeight * shape.inWidth * inChannels * outChannels * kernelHeight * kernelWidth,
    },
  };
}

/** Weights [sy, sx, padded O, taps, taps, C] of the convolution; where the kernel has none, its zero points. */
function phaseWeights(shape: TransposedShape, context: OpContext<object>, tapsY: number, tapsX: number): WeightData {
  const { strides, kernelHeight, kernelWidth, outChannels, inChannels } = shape;
  const weights = constantWeights(context);
  const channels = Math.ceil(outChannels / 4) * 4;
  const block = tapsY * tapsX * inChannels;
  const length = strides[0] * strides[1] * channels * block;
  const phased = new (weights.constructor as new (length: number) => WeightData)(length);
  const quantization = context.inputs[1]?.quantization;
  for (let target = 0, start = 0; start < length; target++, start += block) {
    const channel = Math.min(target % channels, outChannels - 1);
    const phase = Math.floor(target / channels);
    if (quantization) phased.fill(zeroPointAt(quantization, channel), start, start + block);
    if (target % channels !== channel) continue;
    for (let tap = 0; tap < tapsY * tapsX; tap++) {
      // The convolution's taps run forwards over the input.
      const ky = Math.floor(phase / strides[1]) + (tapsY - 1 - Math.floor(tap / tapsX)) * strides[0];
      const kx = (phase % strides[1]) + (tapsX - 1 - (tap % tapsX)) * strides[1];
      if (ky >= kernelHeight || kx >= kernelWidth) continue;
      const from = ((channel * kernelHeight + ky) * kernelWidth + kx) * inChannels;
      phased.set(weights.subarray(from, from + inChannels), start + tap * inChannels);
    }
  }
  return phased;
}

/** What some rows or columns of the output read, and how that is spread over them. */
export function transposedPart(
  { axis, start, end }: AxisRange,
  { strides, padding, kernelHeight, kernelWidth, inHeight, inWidth }: TransposedShape,
): { readonly ranges: readonly AxisRange[]; readonly padding: readonly [number, number, number, number] } | undefined {
  const side = axis - 1;
  const [stride, before] = [strides[side], padding[side]];
  const kernel = axis === 1 ? kernelHeight : kernelWidth;
  const size = axis === 1 ? inHeight : inWidth;
  const first = Math.max(Math.ceil((start + before - kernel + 1) / stride), 0);
  const last = Math.min(Math.floor((end - 1 + before) / stride), size - 1);
  // Where nothing reaches: any pixel, all of which is cut off.
  const range = first <= last ? { axis, start: first, end: last + 1 } : { axis, start: 0, end: 1 };
  const cutBefore = first <= last ? before + start - first * stride : kernel;
  const cutAfter = (range.end - range.start - 1) * stride + kernel - cutBefore - (end - start);
  if (Math.max(Math.abs(cutBefore), Math.abs(cutAfter)) >= windowLimit) return undefined;
  const [top, left, bottom, right] = padding;
  return {
    ranges: [range],
    padding: axis === 1 ? [cutBefore, left, cutAfter, right] : [top, cutBefore, bottom, cutAfter],
  };
}
