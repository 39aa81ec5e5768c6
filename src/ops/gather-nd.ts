import shader from '../../shaders/gather-nd.wgsl';
import { ShapeError } from '../errors.ts';
import { clamp } from '../tensor/quantization.ts';
import { elementCount, formatShape, quadCount, rowLength } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { denseStrides, numbered } from './lib/axes.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { operand, operandType, quadsImport, requireSameEncoding, streamingCost } from './lib/operands.ts';
import { requireIndices } from './lib/require-indices.ts';

export type GatherNdAttributes = Readonly<Record<string, never>>;

/** An entry of the indices is one quad on the device. */
const maxNamedAxes = 4;

const kernel: Kernel<GatherNdAttributes> = {
  name: 'gather-nd',
  accepts: (context) => operandType('gather-nd', context, 0).dtype !== 'uint8' && read(context).named <= maxNamedAxes,
  dispatch(context) {
    const { x, indices, named, strides, inner } = read(context);
    const [output] = context.outputs;
    requireSameEncoding('gather-nd', context.name, x, output);
    const launch = linearDispatch(quadCount(output.shape));
    const padded = (values: readonly number[], filler: number): readonly number[] =>
      Array.from({ length: maxNamedAxes }, (_, axis) => (axis < named ? values[axis] : filler));
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
        NAMED: named,
        ...numbered('SIZE', padded(x.shape, 1)),
        ...numbered('STRIDE', padded(strides, 0)),
        INNER: inner,
      },
      bindings: [{ input: 0 }, { input: 1 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, 0),
    };
  },
};

/**
 * Parts of a tensor by indices of several axes at once: y[i…, …] = x[indices[i…, 0], …, indices[i…, K − 1], …]. Indices
 * outside of an axis are moved to its ends.
 * Inputs: x of any shape and dtype; indices int32 [I…, K], K at most the rank of x. Output [I…, x's axes from K on].
 * On the device at most four axes are named.
 * @see TFLite GATHER_ND, ONNX GatherND
 */
export const gatherNd: OpDefinition<GatherNdAttributes> = defineOp({
  name: 'gather-nd',
  quantization: { output: 'input' },
  inferShape(context) {
    const { x, indices, named } = read(context);
    return [[...indices.shape.slice(0, -1), ...x.shape.slice(named)]];
  },
  reference(context, inputs) {
    const { x, named, strides, inner } = read(context);
    requireSameEncoding('gather-nd', context.name, x, context.outputs[0]);
    const [data, indices] = [0, 1].map((index) => operand('gather-nd', context, inputs, index).data);
    const y = emptyTensor(context.outputs[0]);
    for (let i = 0; i < y.data.length; i++) {
      const entry = Math.floor(i / inner) * named;
      let source = i % inner;
      for (let axis = 0; axis < named; axis++) {
        source += clamp(indices[entry + axis], 0, x.shape[axis] - 1) * strides[axis];
      }
      y.data[i] = data[source];
    }
    return [y];
  },
  kernels: [kernel],
});

function read(context: Pick<OpContext<GatherNdAttributes>, 'name' | 'inputs'>) {
  const x = operandType('gather-nd', context, 0);
  const indices = requireIndices('gather-nd', context);
  const named = indices.shape.at(-1) ?? 0;
  if (named < 1 || named > x.shape.length) {
    throw new ShapeError(
      `gather-nd "${context.name}": indices ${formatShape(indices.shape)} name ${named} axes of ${formatShape(x.shape)}. Name 1 to ${x.shape.length}.`,
    );
  }
  return { x, indices, named, strides: denseStrides(x.shape), inner: elementCount(x.shape.slice(named)) };
}
