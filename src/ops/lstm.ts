import { ShapeError } from '../errors.ts';
import type { OpDefinition } from './define-op.ts';
import { defineRecurrentOp, type RecurrentAttributes } from './lib/recurrent.ts';

export interface LstmAttributes extends RecurrentAttributes {
  /** Largest magnitude of a cell state; 0 where there is no limit. */
  readonly cellClip: number;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Long short-term memory along a sequence, after the input's product: c' = σ(f)·c + σ(i)·tanh(g), h' = σ(o)·tanh(c'),
 * each gate being x + R·h + bias; gates in the order i, f, g, o.
 * Inputs: x [N, T, 4, H] or [T, N, 4, H]; constant R [4·H, H]; constant bias? [4·H]; first h? [N, H]; first c? [N, H].
 * Output: h of every step, [N, T, H] or [T, N, H], or of the last, [N, H]. On the device up to 2048 units.
 * @see TFLite UNIDIRECTIONAL_SEQUENCE_LSTM, ONNX LSTM; Hochreiter and Schmidhuber 1997
 */
export const lstm: OpDefinition<LstmAttributes> = defineRecurrentOp<LstmAttributes>({
  name: 'lstm',
  gates: 4,
  hasCell: true,
  check(where, { cellClip }) {
    if (cellClip >= 0 && Number.isFinite(cellClip)) return;
    throw new ShapeError(`${where}: the cell's limit is ${cellClip}. It must be finite and positive, or 0 for none.`);
  },
  next(inputs, sums, [, cell], { cellClip }) {
    const [i, f, g, o] = inputs.map((input, gate) => input + sums[gate]);
    const limit = cellClip || Infinity;
    const fresh = logistic(f) * cell + logistic(i) * Math.tanh(g);
    const clipped = Math.max(-limit, Math.min(limit, fresh));
    return [logistic(o) * Math.tanh(clipped), clipped];
  },
  kernel: ({ cellClip }) => ({ imports: {}, ...(cellClip > 0 && { constants: { CELL_CLIP: cellClip } }) }),
});
