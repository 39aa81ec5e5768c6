import shader from '../../shaders/cumulative-sum.wgsl';
import { UnsupportedOpError } from '../errors.ts';
import { elementCount, normalizeAxis, quadCount, quadsPerRow, rowLength } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from './define-op.ts';
import { elementwisePartition } from './lib/elementwise.ts';
import { linearDispatch } from './lib/linear-dispatch.ts';
import { everyDType, operand, operandType, streamingCost } from './lib/operands.ts';

export interface CumulativeSumAttributes {
  /** Negative axes count from the end. */
  readonly axis: number;
  /** Whether an element's own value is left out of its sum. */
  readonly exclusive: boolean;
  /** Whether sums begin at the end of the axis. */
  readonly reverse: boolean;
}

type Node = Pick<OpContext<CumulativeSumAttributes>, 'name' | 'attributes' | 'inputs'>;

const kernel: Kernel<CumulativeSumAttributes> = {
  name: 'cumulative-sum',
  accepts: isSupported,
  dispatch(context) {
    const { dtype, shape } = context.outputs[0];
    const axis = axisOf(context);
    const isRow = axis === shape.length - 1;
    const length = isRow ? quadsPerRow(shape) : shape[axis];
    const lines = quadCount(shape) / length;
    const launch = linearDispatch(lines);
    const { exclusive, reverse } = context.attributes;
    return {
      shader,
      constants: {
        ...launch.constants,
        LINES: lines,
        LENGTH: length,
        INNER: isRow ? 1 : quadCount(shape.slice(axis + 1)),
        ROW: isRow ? rowLength(shape) : 0,
        IS_EXCLUSIVE: exclusive ? 1 : 0,
        IS_REVERSED: reverse ? 1 : 0,
        ...(dtype === 'int32' && { Value: 'i32' }),
      },
      bindings: [{ input: 0 }, { output: 0 }],
      workgroups: launch.workgroups,
      cost: streamingCost(context, elementCount(shape)),
    };
  },
};

/**
 * Running sums along an axis: y[k] = Σ x[j] over j ≤ k (`exclusive`: j < k), or over j ≥ k (j > k) when reversed.
 * Input of any shape but a scalar, float32 or int32, whose sums wrap around; the output has the same.
 * @see TFLite CUMSUM, ONNX CumSum
 */
export const cumulativeSum: OpDefinition<CumulativeSumAttributes> = defineOp({
  name: 'cumulative-sum',
  inferShape(context) {
    axisOf(context);
    return [operandType('cumulative-sum', context, 0).shape];
  },
  reference(context, inputs) {
    const x = operand('cumulative-sum', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    if (!isSupported(context)) {
      throw new UnsupportedOpError(
        `cumulative-sum "${context.name}": ${x.dtype} to ${y.dtype}. Use float32 or int32 for both.`,
      );
    }
    const { exclusive, reverse } = context.attributes;
    const axis = axisOf(context);
    const inner = elementCount(x.shape.slice(axis + 1));
    const length = x.shape[axis];
    const add = y.dtype === 'int32' ? (a: number, b: number) => (a + b) | 0 : (a: number, b: number) => a + b;
    for (let line = 0; line < x.data.length / length; line++) {
      const start = Math.floor(line / inner) * length * inner + (line % inner);
      let before = 0;
      for (let step = 0; step < length; step++) {
        const at = start + (reverse ? length - 1 - step : step) * inner;
        const sum = add(before, x.data[at]);
        y.data[at] = exclusive ? before : sum;
        before = sum;
      }
    }
    return [y];
  },
  kernels: [kernel],
  reorder: (context, order) => ({ attributes: { ...context.attributes, axis: order[axisOf(context)] } }),
  partition: elementwisePartition((context, axis) => axis !== axisOf(context)),
});

function axisOf(node: Node): number {
  const { shape } = operandType('cumulative-sum', node, 0);
  return normalizeAxis(node.attributes.axis, shape.length, `cumulative-sum "${node.name}"`);
}

function isSupported(context: OpContext<CumulativeSumAttributes>): boolean {
  return everyDType(context, 'float32') || everyDType(context, 'int32');
}
