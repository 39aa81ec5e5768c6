import shader from '../../shaders/gather.wgsl';
import { ShapeError } from '../errors.ts';
import { clamp } from '../tensor/quantization.ts';
import { elementCount, formatShape, normalizeAxis, quadCount, rowLength, sameShape } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { operand, operandType, quadsImport, requireSameEncoding, streamingCost } from './lib/operands.ts';
import { requireIndices } from './lib/require-indices.ts';

export interface GatherAttributes {
  /** Negative axes count from the end. */
  readonly axis: number;
  /** How many leading axes x and the indices share, each index of them with indices of its own; 0 by default. */
  readonly batchDims?: number;
}

const kernel: Kernel<GatherAttributes> = {
  name: 'gather',
  accepts: (context) => operandType('gather', context, 0).dtype !== 'uint8',
  dispatch(context) {
    const { x, indices, length, inner, count, outer } = read(context);
    const [output] = context.outputs;
    requireSameEncoding('gather', context.name, x, output);
    const launch = linearDispatch(quadCount(output.shape));
    return {
      shader,
      imports: quadsImport(output),
      constants: {
        ...launch.constants,
        X_QUADS: quadCount(x.shape),
        Y_QUADS: quadCount(output.shape),
        INDEX_QUADS: quadCount(indices.shape),
        X_CHANNELS: rowLength(x.shape),
        Y_CHANNELS: rowLength(output.shape),
        INDEX_CHANNELS: rowLength(indices.shape),
        INDICES: count,
        OUTER: outer,
        LENGTH: length,
        INNER: inner,
      },
      bindings: [{ input: 0 }, { input: 1 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, 0),
    };
  },
};

/**
 * Parts of a tensor along an axis, by their indices: y[…, i…, …] = x[…, indices[i…], …]. An embedding lookup is one along
 * axis 0. Negative indices count from the end; those outside of the axis are moved to its ends.
 * Inputs: x of any shape and dtype; indices int32 of any shape that begins with the leading axes they share. The output
 * has the shape of x with the other axes of the indices in the place of the axis.
 * @see TFLite GATHER, EMBEDDING_LOOKUP; ONNX Gather
 */
export const gather: OpDefinition<GatherAttributes> = defineOp({
  name: 'gather',
  quantization: { output: 'input' },
  inferShape(context) {
    const { x, indices, axis, batchDims } = read(context);
    return [x.shape.toSpliced(axis, 1, ...indices.shape.slice(batchDims))];
  },
  reference(context, inputs) {
    const { x, length, inner, count, outer } = read(context);
    requireSameEncoding('gather', context.name, x, context.outputs[0]);
    const [data, indices] = [0, 1].map((index) => operand('gather', context, inputs, index).data);
    const y = emptyTensor(context.outputs[0]);
    for (let i = 0; i < y.data.length; i++) {
      const place = Math.floor(i / inner);
      const line = Math.floor(place / count);
      const found = indices[Math.floor(line / outer) * count + (place % count)];
      const index = clamp(found < 0 ? found + length : found, 0, length - 1);
      y.data[i] = data[(line * length + index) * inner + (i % inner)];
    }
    return [y];
  },
  kernels: [kernel],
});

function read(context: Pick<OpContext<GatherAttributes>, 'name' | 'attributes' | 'inputs'>) {
  const x = operandType('gather', context, 0);
  const indices = requireIndices('gather', context);
  const { batchDims = 0 } = context.attributes;
  const where = `gather "${context.name}"`;
  const axis = normalizeAxis(context.attributes.axis, x.shape.length, where);
  const shared = indices.shape.slice(0, batchDims);
  const isShared = Number.isInteger(batchDims) && batchDims >= 0 && shared.length === batchDims && batchDims <= axis;
  if (!isShared || !sameShape(shared, x.shape.slice(0, batchDims))) {
    throw new ShapeError(
      `${where}: ${formatShape(x.shape)} and indices ${formatShape(indices.shape)} do not share ${batchDims} leading axes before axis ${axis}.`,
    );
  }
  return {
    x,
    indices,
    axis,
    batchDims,
    length: x.shape[axis],
    inner: elementCount(x.shape.slice(axis + 1)),
    /** Indices of one index of the shared axes, and how often each is used along other axes before the axis. */
    count: elementCount(indices.shape.slice(batchDims)),
    outer: elementCount(x.shape.slice(batchDims, axis)),
  };
}
