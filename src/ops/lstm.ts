import type { Shape } from '../tensor/shape.ts';
import { defineOp, type OpContext, type OpDefinition } from './define-op.ts';
import { lstmKernel } from './lib/lstm-kernel.ts';
import { lstmReference } from './lib/lstm-reference.ts';
import { lstmSizes } from './lib/lstm-sizes.ts';
import { defineRecurrentOp, type RecurrentAttributes } from './lib/recurrent.ts';

export interface LstmAttributes extends RecurrentAttributes {
  /** Largest magnitude of a cell state; 0 where there is no limit. */
  readonly cellClip: number;
  /** Largest magnitude of what a projection makes; 0, the default, where there is no limit. */
  readonly projectionClip?: number;
  /** Whether there is no input gate of its own: it is 1 − σ(f). */
  readonly isCoupled?: boolean;
  /** Whether the cells after the last step are a second output. */
  readonly returnsCell?: boolean;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Without what only some have. */
const plain = defineRecurrentOp<LstmAttributes>({
  name: 'lstm',
  gates: 4,
  hasCell: true,
  next(inputs, sums, [, cell], { cellClip }) {
    const [i, f, g, o] = inputs.map((input, gate) => input + sums[gate]);
    const limit = cellClip || Infinity;
    const fresh = logistic(f) * cell + logistic(i) * Math.tanh(g);
    const clipped = Math.max(-limit, Math.min(limit, fresh));
    return [logistic(o) * Math.tanh(clipped), clipped];
  },
  kernel: ({ cellClip }) => ({ imports: {}, ...(cellClip > 0 && { constants: { CELL_CLIP: cellClip } }) }),
});

function isPlain({ attributes, inputs }: Pick<OpContext<LstmAttributes>, 'attributes' | 'inputs'>): boolean {
  const { isCoupled, returnsCell } = attributes;
  const hasMore = inputs.slice(5).some((type) => type !== undefined);
  return !hasMore && isCoupled !== true && returnsCell !== true && inputs[1]?.dtype === 'float32';
}

const { kernels, partition } = plain;

/**
 * Long short-term memory along a sequence, after the input's product: c' = σ(f)·c + σ(i)·tanh(g), h' = σ(o)·tanh(c'),
 * each gate being x + R·h + bias; gates in the order i, f, g, o. With peepholes, i and f see the cells, and o the new ones,
 * each times a weight; normalized gates have mean 0 and variance 1 over the units, times a weight, before the bias; a
 * projection makes h' of σ(o)·tanh(c'). What is multiplied by int8 weights is quantized in each step, as TFLite does.
 * Inputs: x [N, T, 4, H] or [T, N, 4, H] (3 for 4 where gates are coupled); constant R [4·H, P]; constant bias? [4·H]; first
 * h? [N, P]; first c? [N, H]; constant peepholes? [3, H] of i, f, o; constant weights? [4, H] of normalized gates; constant
 * projection? [P, H], and its bias? [P]. P is H without a projection. R and the projection are both float32, or int8 with
 * scales for all or each row, and no zero points.
 * Output: h of every step, [N, T, P] or [T, N, P], or of the last, [N, P]; and, if wanted, c after the last, [N, H].
 * @see TFLite UNIDIRECTIONAL_SEQUENCE_LSTM, ONNX LSTM; Hochreiter and Schmidhuber 1997; Sak et al. 2014, arXiv:1402.1128
 */
export const lstm: OpDefinition<LstmAttributes> = defineOp<LstmAttributes>({
  name: 'lstm',
  inferShape(context): readonly Shape[] {
    const { batch, steps, units, hidden } = lstmSizes(context);
    const { isTimeMajor, returnsSequence, returnsCell } = context.attributes;
    const sequence = isTimeMajor ? [steps, batch, hidden] : [batch, steps, hidden];
    const y = returnsSequence ? sequence : [batch, hidden];
    return returnsCell === true ? [y, [batch, units]] : [y];
  },
  isHeavy: true,
  reference: (context, inputs) => lstmReference(lstmSizes(context), context, inputs),
  kernels: [
    ...kernels.map(
      (kernel) => ({ ...kernel, accepts: (context) => isPlain(context) && kernel.accepts(context) }) as typeof kernel,
    ),
    lstmKernel,
  ],
  partition: {
    unit: (context, axis) => (isPlain(context) ? partition!.unit(context, axis) : undefined),
    part: (context, range) => partition!.part(context, range),
  },
});
