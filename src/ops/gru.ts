import type { OpDefinition } from './define-op.ts';
import { defineRecurrentOp, type RecurrentAttributes } from './lib/recurrent.ts';

export type GruAttributes = RecurrentAttributes;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Gated recurrent units along a sequence, after the input's product, with the reset gate after the recurrent product:
 * z = σ(xz + Rz·h + bz), r = σ(xr + Rr·h + br), h' = z·h + (1 − z)·tanh(xn + r·(Rn·h + bn)); gates in the order z, r, n.
 * Inputs: x [N, T, 3, H] or [T, N, 3, H]; constant R [3·H, H]; constant bias? [3·H]; first h? [N, H].
 * Output: h of every step, [N, T, H] or [T, N, H], or of the last, [N, H]. On the device up to 2048 units.
 * @see ONNX GRU with linear_before_reset; Cho et al. 2014, arXiv:1406.1078
 */
export const gru: OpDefinition<GruAttributes> = defineRecurrentOp<GruAttributes>({
  name: 'gru',
  gates: 3,
  hasCell: false,
  next(inputs, sums, [hidden]) {
    const update = logistic(inputs[0] + sums[0]);
    const fresh = Math.tanh(inputs[2] + logistic(inputs[1] + sums[1]) * sums[2]);
    return [update * hidden + (1 - update) * fresh, 0];
  },
  kernel: () => ({ imports: { 'cell-lstm': 'cell-gru' } }),
});
