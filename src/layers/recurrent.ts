import { elementCount, type Shape } from '../tensor/shape.ts';
import { reshape } from './arrange.ts';
import { parameter, weightParameters, type WeightData } from './parameter.ts';
import { callMore } from './call-more.ts';
import { callLayer, innerName, type LayerFunction, type LayerOptions } from './value.ts';
import { requireSequence } from './window.ts';

export interface RecurrentOptions extends LayerOptions {
  /** Hidden states. */
  readonly units: number;
  /** Whether the result has every step, [N, L, units], or the last alone, [N, units] (default). */
  readonly returnsSequence?: boolean;
  /** From the last step to the first; a sequence's steps keep their places. Default false. */
  readonly isReversed?: boolean;
  /** Of the input, gate after gate; drawn from the graph's seed when absent. */
  readonly weights?: WeightData;
  /** Of the hidden states, gate after gate; drawn from the graph's seed when absent. */
  readonly recurrentWeights?: WeightData;
  /** Of each gate; zero when absent, but one for the forget gates of an LSTM. */
  readonly bias?: WeightData;
}

export interface GruOptions extends RecurrentOptions {
  /** Of the hidden states' part of each gate; zero when absent. */
  readonly recurrentBias?: WeightData;
}

/**
 * Long short-term memory along a sequence, from a state of zero; gates in the order input, forget, cell, output.
 * [N, L, C] → [N, units] or [N, L, units]; `<name>/gates/weights` [4·units, C], `<name>/gates/bias` [4·units],
 * `<name>/recurrent` [4·units, units].
 */
export function lstm(options: RecurrentOptions): LayerFunction {
  const { units } = options;
  const bias =
    options.bias ?? Float32Array.from({ length: 4 * units }, (_, row) => (Math.floor(row / units) === 1 ? 1 : 0));
  return recurrentLayer('lstm', 4, { cellClip: 0 }, { ...options, bias });
}

/**
 * Gated recurrent units along a sequence, from a state of zero; gates in the order update, reset, new. The reset gate
 * acts on the product with the hidden states, as in cuDNN.
 * [N, L, C] → [N, units] or [N, L, units]; `<name>/gates/weights` [3·units, C], `<name>/gates/bias` [3·units],
 * `<name>/recurrent` [3·units, units], `<name>/recurrentBias` [3·units].
 */
export function gru(options: GruOptions): LayerFunction {
  const recurrentBias = options.recurrentBias ?? new Float32Array(3 * options.units);
  return recurrentLayer('gru', 3, {}, { ...options, recurrentBias });
}

/** The input's product for all steps at once, and then the recurrence. */
function recurrentLayer(op: 'lstm' | 'gru', gates: number, own: object, options: GruOptions): LayerFunction {
  const { units, name, weights, recurrentWeights, bias, recurrentBias } = options;
  const where = `${op} "${name ?? op}"`;
  const attributes = {
    isTimeMajor: false,
    isReversed: options.isReversed ?? false,
    returnsSequence: options.returnsSequence ?? false,
    ...own,
  };
  return (x) => {
    const [batch, steps, features] = requireSequence(where, x.type.shape);
    const parameters = weightParameters(
      where,
      { initializer: 'glorot', ...(weights && { weights }), ...(bias && { bias }) },
      [gates * units, features],
      gates * units,
      { fanIn: features, fanOut: units },
    );
    const sums = callLayer({
      op: 'matmul',
      baseName: `${op}_gates`,
      name: innerName(name, 'gates'),
      attributes: { activation: 'none' },
      operands: [x, ...parameters],
    });
    const shape: Shape = [gates * units, units];
    const recurrent = parameter(
      where,
      'recurrent',
      shape,
      recurrentWeights ??
        ((random) => Float32Array.from({ length: elementCount(shape) }, () => random.normal(0, Math.sqrt(1 / units)))),
    );
    return callMore({
      op,
      name,
      attributes,
      operands: [
        reshape({ shape: [batch, steps, gates, units] })(sums),
        recurrent,
        recurrentBias && parameter(where, 'recurrentBias', [gates * units], recurrentBias),
      ],
    });
  };
}
