import type { OpDefinition } from './define-op.ts';
import type { Activation } from './lib/activation.ts';
import { applyActivation, clampConstants } from './lib/clamp-float.ts';
import { defineRecurrentOp, type RecurrentAttributes } from './lib/recurrent.ts';

export interface RnnAttributes extends RecurrentAttributes {
  readonly activation: Activation | 'tanh' | 'sigmoid';
}

/**
 * Plain recurrence along a sequence, after the input's product: h' = activation(x + R·h + bias).
 * Inputs: x [N, T, 1, H] or [T, N, 1, H]; constant R [H, H]; constant bias? [H]; first h? [N, H].
 * Output: h of every step, [N, T, H] or [T, N, H], or of the last, [N, H]. On the device up to 2048 units.
 * @see TFLite UNIDIRECTIONAL_SEQUENCE_RNN, ONNX RNN
 */
export const rnn: OpDefinition<RnnAttributes> = defineRecurrentOp<RnnAttributes>({
  name: 'rnn',
  gates: 1,
  hasCell: false,
  next([input], [sum], _before, { activation }) {
    if (activation === 'tanh') return [Math.tanh(input + sum), 0];
    return [activation === 'sigmoid' ? 1 / (1 + Math.exp(-input - sum)) : applyActivation(input + sum, activation), 0];
  },
  kernel: ({ activation }) => {
    const isFunction = activation === 'tanh' || activation === 'sigmoid';
    return {
      imports: { 'cell-lstm': 'cell-rnn', 'function-tanh': isFunction ? `function-${activation}` : 'function-clamp' },
      ...(!isFunction && { constants: { ...clampConstants(activation) } }),
    };
  },
});
