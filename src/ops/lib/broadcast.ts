import { quadCount, quadsPerRow, rowLength, type Shape } from '../../tensor/shape.ts';
import type { AxisRange, PartitionRule } from '../define-op.ts';
import { broadcastStrides, kernelAxes, numbered } from './axes.ts';

/**
 * What specializes a shader that imports `broadcast`, for operands A, B and C of one result; undefined where more than
 * four leading axes remain after merging those that all operands walk alike.
 */
export function broadcastConstants(
  operands: readonly Shape[],
  result: Shape,
): Readonly<Record<string, number>> | undefined {
  const sizes = result.slice(0, -1);
  // In rows.
  const strides = operands.map((shape) => broadcastStrides(shape.slice(0, -1), sizes));
  const axes = kernelAxes(sizes, strides);
  if (axes === undefined) return undefined;
  const repeats = (shape: Shape): number => (rowLength(result) > 1 && rowLength(shape) === 1 ? 1 : 0);
  const each = operands.map((shape, index) => ({
    [`${'ABC'[index]}_QUADS`]: quadCount(shape),
    ...numbered(`${'ABC'[index]}_STRIDE`, axes.strides[index]),
    [`${'ABC'[index]}_REPEATS_CHANNEL`]: repeats(shape),
  }));
  return Object.assign({ ROW_QUADS: quadsPerRow(result), ...numbered('SIZE', axes.sizes) }, ...each);
}

/** Parts of an output to which every input broadcasts. */
export function broadcastPartition<A>(): PartitionRule<A> {
  return {
    unit: () => 1,
    part({ attributes, inputs, outputs }, range) {
      const read = (shape: Shape): readonly AxisRange[] => {
        const axis = range.axis - outputs[0].shape.length + shape.length;
        // What is repeated along the axis is read whole.
        return axis < 0 || shape[axis] === 1 ? [] : [{ ...range, axis }];
      };
      return { attributes, inputs: inputs.map((type, input) => ({ input, ranges: read(type!.shape) })) };
    },
  };
}
