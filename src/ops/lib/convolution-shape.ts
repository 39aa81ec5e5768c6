import { ShapeError } from '../../errors.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';

/** How a window slides over an image; shared by every convolution. */
export interface WindowAttributes {
  /** Steps between outputs: [y, x], at least 1. */
  readonly strides: readonly [number, number];
  /** Steps between taps: [y, x], at least 1. */
  readonly dilations: readonly [number, number];
  /** Rows and columns of real zeros around the image: [top, left, bottom, right]. */
  readonly padding: readonly [number, number, number, number];
}

/** Every size of one convolution. A matrix product is a 1×1 convolution of one row of pixels. */
export interface ConvolutionShape extends WindowAttributes {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly groups: number;
}

/** Strides, dilations and padding are below this. */
export const windowLimit: number = 2 ** 16;

/** @throws ShapeError when the attributes are not whole numbers in their ranges */
export function checkWindow(where: string, { strides, dilations, padding }: WindowAttributes): void {
  const isList = (list: readonly number[], length: number, low: number): boolean =>
    list.length === length && list.every((value) => Number.isInteger(value) && value >= low && value < windowLimit);
  if (isList(strides, 2, 1) && isList(dilations, 2, 1) && isList(padding, 4, 0)) return;
  throw new ShapeError(
    `${where}: strides ${formatShape(strides)}, dilations ${formatShape(dilations)}, padding ${formatShape(padding)}. Strides and dilations are two whole numbers from 1, padding four from 0, all below ${windowLimit}.`,
  );
}

/**
 * Output positions along one axis.
 * @throws ShapeError when the window does not fit into the padded input
 */
export function outputSize(
  where: string,
  axis: 'height' | 'width',
  size: number,
  kernel: number,
  { strides, dilations, padding }: WindowAttributes,
): number {
  const index = axis === 'height' ? 0 : 1;
  const padded = size + padding[index] + padding[index + 2];
  const span = (kernel - 1) * dilations[index] + 1;
  if (padded < span) {
    throw new ShapeError(
      `${where}: the kernel spans ${span} of ${axis}, the padded input has ${padded}. Use a larger input or more padding.`,
    );
  }
  return Math.floor((padded - span) / strides[index]) + 1;
}

/** What the kernel spans of height and width, from the first tap to the last. */
export function kernelSpans({
  kernelHeight,
  kernelWidth,
  dilations,
}: Pick<ConvolutionShape, 'kernelHeight' | 'kernelWidth' | 'dilations'>): readonly [number, number] {
  return [(kernelHeight - 1) * dilations[0] + 1, (kernelWidth - 1) * dilations[1] + 1];
}

/** Whether it is a 1×1 convolution that reads every pixel once, in order: a matrix product. */
export function isPointwise({ kernelHeight, kernelWidth, strides, padding }: ConvolutionShape): boolean {
  const isSingleTap = kernelHeight === 1 && kernelWidth === 1;
  return isSingleTap && strides[0] === 1 && strides[1] === 1 && padding.every((size) => size === 0);
}

/** The pixels of a pointwise convolution as one row; any other convolution as it is. */
export function flattened(shape: ConvolutionShape): ConvolutionShape {
  if (!isPointwise(shape)) return shape;
  const pixels = shape.batch * shape.inHeight * shape.inWidth;
  return { ...shape, batch: 1, inHeight: 1, inWidth: pixels, outHeight: 1, outWidth: pixels };
}

/** [N, H, W, C] of the input and [N, H, W, O] of the output. */
export function activationShapes(shape: ConvolutionShape): { readonly input: Shape; readonly output: Shape } {
  return {
    input: [shape.batch, shape.inHeight, shape.inWidth, shape.inChannels],
    output: [shape.batch, shape.outHeight, shape.outWidth, shape.outChannels],
  };
}

/** Output pixels over the whole batch. */
export function outputPixels(shape: ConvolutionShape): number {
  return shape.batch * shape.outHeight * shape.outWidth;
}

/** Multiply-accumulates of the whole convolution. */
export function multiplyAccumulates(shape: ConvolutionShape): number {
  const products = (shape.kernelHeight * shape.kernelWidth * shape.inChannels) / shape.groups;
  return outputPixels(shape) * shape.outChannels * products;
}
