import { ShapeError } from '../../errors.ts';
import { formatShape, quadCount, quadsPerRow, type Shape } from '../../tensor/shape.ts';
import type { Binding, Dispatch, KernelContext, PartitionRule } from '../define-op.ts';
import type { Activation } from './activation.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { operandType, streamingCost } from './operands.ts';
import { windowPart } from './window-part.ts';

export interface PoolAttributes {
  /** Height and width of the window in pixels. */
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Pixels before and after: top, left, bottom, right; each less than the window's size. */
  readonly padding: readonly [number, number, number, number];
  readonly activation: Activation;
}

/** Of sizes and strides. */
const largest = 2 ** 16;

/**
 * Shape rule of both pools: [N, H, W, C] → [N, ⌊(H + padding − size) / stride⌋ + 1, likewise for W, C].
 * @throws ShapeError when the input is no image, an attribute is out of range, or the window does not fit
 */
export function poolShape(op: string, name: string, input: Shape, attributes: PoolAttributes): Shape {
  const where = `${op} "${name}"`;
  if (input.length !== 4) {
    throw new ShapeError(`${where}: input ${formatShape(input)} has rank ${input.length}. Give an image [N, H, W, C].`);
  }
  const { size, strides, padding } = attributes;
  const isPositive = [...size, ...strides].every((value) => Number.isInteger(value) && value > 0 && value <= largest);
  const isPadding = padding.every((value, side) => Number.isInteger(value) && value >= 0 && value < size[side % 2]);
  if (!isPositive || !isPadding) {
    throw new ShapeError(
      `${where}: size [${size.join(', ')}], strides [${strides.join(', ')}], padding [${padding.join(', ')}]. Sizes and strides must be integers from 1 to ${largest}, and padding less than the size.`,
    );
  }
  const outputs = [0, 1].map((axis) => {
    const extent = input[axis + 1] + padding[axis] + padding[axis + 2];
    if (extent < size[axis]) {
      throw new ShapeError(
        `${where}: window ${formatShape(size)} is larger than the padded input ${formatShape(input)}. Use a smaller window or more padding.`,
      );
    }
    return Math.floor((extent - size[axis]) / strides[axis]) + 1;
  });
  return [input[0], outputs[0], outputs[1], input[3]];
}

/** Offsets of the input elements under the window of output element [n, y, x, c]; padding has none. */
export function windowOffsets(
  { size, strides, padding }: PoolAttributes,
  [, height, width, channels]: Shape,
  [n, y, x, c]: readonly [number, number, number, number],
): readonly number[] {
  const offsets: number[] = [];
  const top = y * strides[0] - padding[0];
  const left = x * strides[1] - padding[1];
  for (let row = Math.max(top, 0); row < Math.min(top + size[0], height); row++) {
    for (let column = Math.max(left, 0); column < Math.min(left + size[1], width); column++) {
      offsets.push(((n * height + row) * width + column) * channels + c);
    }
  }
  return offsets;
}

/** The most rows and columns of the image that one window covers. A window may be far larger than its image. */
export function windowReach({ size }: PoolAttributes, [, height, width]: Shape): readonly [number, number] {
  return [Math.min(size[0], height), Math.min(size[1], width)];
}

/** What distinguishes the launch of one pool from another. */
interface PoolKernel {
  readonly op: string;
  readonly shader: string;
  readonly imports: Readonly<Record<string, string>>;
  readonly constants: Readonly<Record<string, number>>;
  /** After y. */
  readonly bindings?: readonly Binding[];
}

/** One invocation per quad of the output; the shader imports `pool-window`. */
export function poolDispatch<A extends PoolAttributes>(context: KernelContext<A>, kernel: PoolKernel): Dispatch {
  const input = operandType(kernel.op, context, 0).shape;
  const output = context.outputs[0].shape;
  const { size, strides, padding } = context.attributes;
  const [rows, columns] = windowReach(context.attributes, input);
  const launch = linearDispatch(quadCount(output));
  return {
    shader: kernel.shader,
    imports: kernel.imports,
    constants: {
      ...launch.constants,
      BATCH: input[0],
      HEIGHT: input[1],
      WIDTH: input[2],
      ROW_QUADS: quadsPerRow(input),
      OUTPUT_HEIGHT: output[1],
      OUTPUT_WIDTH: output[2],
      SIZE_Y: size[0],
      SIZE_X: size[1],
      REACH_Y: rows,
      REACH_X: columns,
      STRIDE_Y: strides[0],
      STRIDE_X: strides[1],
      PAD_TOP: padding[0],
      PAD_LEFT: padding[1],
      ...kernel.constants,
    },
    bindings: [{ input: 0 }, { output: 0 }, ...(kernel.bindings ?? [])],
    workgroups: launch.workgroups,
    cost: streamingCost(context, quadCount(output) * 4 * rows * columns),
  };
}

/** Parts of both pools' outputs. */
export function poolPartition<A extends PoolAttributes>(op: string): PartitionRule<A> {
  return {
    unit: () => 1,
    part(context, range) {
      const { attributes } = context;
      if (range.axis === 3) return { attributes, inputs: [{ input: 0, ranges: [range] }] };
      const window = windowPart(range, operandType(op, context, 0).shape, attributes.size, attributes);
      if (window === undefined) return undefined;
      const { strides, padding, ranges } = window;
      return { attributes: { ...attributes, strides, padding }, inputs: [{ input: 0, ranges }] };
    },
  };
}
