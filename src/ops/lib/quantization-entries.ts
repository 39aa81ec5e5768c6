import type { Quantization } from '../../tensor/quantization.ts';
import { elementCount, rowLength, type Shape } from '../../tensor/shape.ts';
import type { Binding, OpContext, PartitionRule } from '../define-op.ts';
import { elementwisePartition } from './elementwise.ts';

/** Specializes a shader that imports `quantization-entries`. */
export function entryConstants(quantization: Quantization, shape: Shape): Readonly<Record<string, number>> {
  const { scales, axis, blockSize } = quantization;
  const channels = rowLength(shape);
  const base = { CHANNELS: channels, ENTRIES: scales.length };
  if (axis === undefined || scales.length === 1) return base;
  const blocks = Math.ceil(shape[axis] / (blockSize ?? 1));
  if (axis === shape.length - 1) {
    return { ...base, LANE_BLOCK: blockSize ?? 1, LANE_STRIDE: 1, OUTER_STRIDE: blockSize === undefined ? 0 : blocks };
  }
  const axisRows = elementCount(shape.slice(axis + 1, -1));
  const rows = { AXIS_ROWS: axisRows, AXIS_SIZE: shape[axis] };
  if (blockSize === undefined) return { ...base, ...rows, AXIS_STRIDE: 1 };
  return {
    ...base,
    ...rows,
    OUTER_ROWS: axisRows * shape[axis],
    BLOCK: blockSize,
    AXIS_STRIDE: axisRows * channels,
    OUTER_STRIDE: blocks * axisRows * channels,
    ROW_STRIDE: channels,
    LANE_STRIDE: 1,
  };
}

/** The scales and zero points as bindings of a kernel. */
export function entryBindings({ scales, zeroPoints }: Quantization): readonly Binding[] {
  return [
    { constant: 'scales', sizeBytes: scales.length * 4, data: () => Float32Array.from(scales) },
    { constant: 'zeroPoints', sizeBytes: scales.length * 4, data: () => Int32Array.from(zeroPoints) },
  ];
}

/**
 * Parts of an elementwise output, whole blocks each.
 * @param quantizationOf the one that has the blocks; false where there are no parts
 */
export function entryPartition<A>(
  quantizationOf: (context: OpContext<A>) => Quantization | undefined | false,
): PartitionRule<A> {
  return {
    ...elementwisePartition<A>(),
    unit(context, axis) {
      const quantization = quantizationOf(context);
      if (quantization === false) return undefined;
      return quantization?.axis === axis ? (quantization.blockSize ?? 1) : 1;
    },
  };
}
