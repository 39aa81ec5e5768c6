import { ShapeError } from '../errors.ts';
import { broadcastShapes, formatShape, type Shape } from '../tensor/shape.ts';
import { type AxisRange, defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { absorbLayerConsumer, finishReference, type LayerAttributes } from './lib/fused-layer.ts';
import { centered, checkBias } from './lib/layer-operands.ts';
import { operandType } from './lib/operands.ts';
import { productKernels, type ProductShape, productSums } from './lib/product-kernels.ts';

export interface BatchMatmulAttributes extends LayerAttributes {
  /** Whether a is stored [..., K, M]. */
  readonly transposesA: boolean;
  /** Whether b is stored [..., N, K]. */
  readonly transposesB: boolean;
}

type Node = Omit<OpContext<BatchMatmulAttributes>, 'outputs' | 'rounding'>;

const op = 'batch-matmul';

/**
 * Products of pairs of matrices, both of which may be computed:
 * y[..., m, n] = activation(bias[n] + Σₖ a[..., m, k] · b[..., k, n]), and after fusion a residual addition.
 * Inputs: a [..., M, K] and b [..., K, N], of axes before the last two that broadcast; 8-bit codes with one scale each;
 * constant bias? [N], int32 with scale aScale·bScale for codes; residual? like the output. Output: [..., M, N].
 * On the device at most four axes of the batch may remain after merging those that both walk alike.
 * @throws ShapeError when the two K differ; NumericError when an int8 accumulator could leave int32
 * @see TFLite BATCH_MATMUL, ONNX MatMul and Gemm
 */
export const batchMatmul: OpDefinition<BatchMatmulAttributes> = defineOp({
  name: op,
  inferShape(context) {
    const { batch, rows, columns } = shapeOf(context);
    return [[...batch, rows, columns]];
  },
  isHeavy: true,
  reference(context, inputs) {
    const shape = shapeOf(context);
    const sums = productSums(centered(op, context, inputs, 0), centered(op, context, inputs, 1), shape);
    return [finishReference(op, context, inputs, sums, shape.columns)];
  },
  quantization: { output: 'calibrated' },
  kernels: productKernels(op, shapeOf),
  partition: {
    unit: () => 1,
    part(context, range) {
      const { attributes, inputs, outputs } = context;
      const rank = outputs[0].shape.length;
      const [a, b] = [0, 1].map((index) => operandType(op, context, index).shape);
      // Axes are counted from the last: 1 are the columns, 2 the rows, and batches may be repeated.
      const place = rank - range.axis;
      const read = (shape: Shape, at: number): readonly AxisRange[] => [{ ...range, axis: shape.length - at }];
      const readBatch = (shape: Shape): readonly AxisRange[] =>
        (shape[shape.length - place] ?? 1) === 1 ? [] : read(shape, place);
      const ofA = place === 1 ? [] : place === 2 ? read(a, attributes.transposesA ? 1 : 2) : readBatch(a);
      const ofB = place === 1 ? read(b, attributes.transposesB ? 2 : 1) : place === 2 ? [] : readBatch(b);
      const ranges = [ofA, ofB, place === 1 ? [{ ...range, axis: 0 }] : [], [range]];
      return { attributes, inputs: inputs.map((_, input) => ({ input, ranges: ranges[input] })) };
    },
  },
  absorbConsumer: absorbLayerConsumer,
});

function shapeOf(context: Node): ProductShape {
  const { transposesA, transposesB } = context.attributes;
  const where = `${op} "${context.name}"`;
  const [a, b] = [0, 1].map((index) => operandType(op, context, index).shape);
  const [aBatch, bBatch] = [a.slice(0, -2), b.slice(0, -2)];
  const [rows, depth] = transposesA ? [a.at(-1), a.at(-2)] : [a.at(-2), a.at(-1)];
  const [bDepth, columns] = transposesB ? [b.at(-1), b.at(-2)] : [b.at(-2), b.at(-1)];
  if (rows === undefined || columns === undefined || depth === undefined || depth !== bDepth) {
    const stored = (is: boolean): string => (is ? ', transposed,' : '');
    throw new ShapeError(
      `${where}: a ${formatShape(a)}${stored(transposesA)} and b ${formatShape(b)}${stored(transposesB)} are no matrices [..., M, K] and [..., K, N]. Transpose or reshape one.`,
    );
  }
  checkBias(op, context, columns);
  const batch = broadcastShapes(aBatch, bBatch, where);
  return { rows, columns, depth, batch, aBatch, bBatch, transposesA, transposesB };
}
