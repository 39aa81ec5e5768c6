import shader from '../../shaders/min-max.wgsl';
import { ShapeError } from '../errors.ts';
import { clamp, largestFloat32 } from '../tensor/quantization.ts';
import { elementCount, formatShape, quadCount, quadsPerRow, rowLength, type Shape } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { defaultWorkgroupSize, linearDispatch } from './lib/linear-dispatch.ts';
import { operand, operandType, streamingCost } from './lib/operands.ts';

export interface MinMaxAttributes {
  /** Leading axes that stay: each of their indices has a range of its own. Fewer than the input has. */
  readonly leading: number;
  /** Pieces of each range that are looked at by themselves, so that many invocations share a long one. */
  readonly parts: number;
}

/** Of a range; all are read by whoever joins them. */
const maxParts = 1024;

const kernel: Kernel<MinMaxAttributes> = {
  name: 'min-max',
  accepts: (context) =>
    operandType('min-max', context, 0).dtype === 'float32' && context.outputs[0].dtype === 'float32',
  dispatch(context) {
    const { shape } = operandType('min-max', context, 0);
    const { parts, leading } = context.attributes;
    const ranges = elementCount(shape.slice(0, leading));
    const rangeQuads = quadCount(shape) / ranges;
    const partQuads = Math.ceil(rangeQuads / parts);
    const lanes = Math.min(defaultWorkgroupSize, 2 ** Math.ceil(Math.log2(partQuads)));
    const launch = linearDispatch(ranges * parts * lanes);
    return {
      shader,
      constants: {
        ...launch.constants,
        RANGES: ranges,
        RANGE_QUADS: rangeQuads,
        ROW_QUADS: quadsPerRow(shape),
        CHANNELS: rowLength(shape),
        PARTS: parts,
        PART_QUADS: partQuads,
        LANES: lanes,
      },
      bindings: [{ input: 0 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, 2 * elementCount(shape)),
    };
  },
};

/**
 * The smallest and the largest number of each range, in pieces: [..., parts, 2]. NaN counts as 0,
 * infinities as the largest numbers. Applied to its own output, it joins the pieces.
 * Input: float32 [...leading axes, ...]. Output: float32 [...leading axes, parts, 2].
 * @throws ShapeError for axes that the input does not have
 */
export const minMax: OpDefinition<MinMaxAttributes> = defineOp({
  name: 'min-max',
  inferShape(context): readonly Shape[] {
    const { shape } = operandType('min-max', context, 0);
    const { leading, parts } = context.attributes;
    const isValid = Number.isInteger(leading) && leading >= 0 && leading < shape.length;
    if (!isValid || !Number.isInteger(parts) || parts < 1 || parts > maxParts) {
      throw new ShapeError(
        `min-max "${context.name}": ${leading} leading axes and ${parts} parts of ${formatShape(shape)}. At least one axis does not lead, and parts are 1 to ${maxParts}.`,
      );
    }
    return [[...shape.slice(0, leading), parts, 2]];
  },
  reference(context, inputs) {
    const x = operand('min-max', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    const { parts, leading } = context.attributes;
    const ranges = elementCount(x.shape.slice(0, leading));
    const rangeQuads = quadCount(x.shape) / ranges;
    const partQuads = Math.ceil(rangeQuads / parts);
    const channels = rowLength(x.shape);
    const rowQuads = quadsPerRow(x.shape);
    for (let part = 0; part < ranges * parts; part++) {
      const first = Math.min((part % parts) * partQuads, rangeQuads - 1);
      const last = Math.min(first + partQuads, rangeQuads);
      let [min, max] = [Infinity, -Infinity];
      for (let inRange = first; inRange < last; inRange++) {
        const quad = Math.floor(part / parts) * rangeQuads + inRange;
        const channel = (quad % rowQuads) * 4;
        const start = Math.floor(quad / rowQuads) * channels;
        for (let i = start + channel; i < start + Math.min(channel + 4, channels); i++) {
          const value = Number.isNaN(x.data[i]) ? 0 : clamp(x.data[i], -largestFloat32, largestFloat32);
          [min, max] = [Math.min(min, value), Math.max(max, value)];
        }
      }
      y.data.set([min, max], 2 * part);
    }
    return [y];
  },
  kernels: [kernel],
  partition: {
    unit: (context: OpContext<MinMaxAttributes>, axis) => (axis < context.attributes.leading ? 1 : undefined),
    part: ({ attributes }, range) => ({ attributes, inputs: [{ input: 0, ranges: [range] }] }),
  },
});
