import { FormatError, ShapeError } from '../../../errors.ts';
import { formatShape } from '../../../tensor/shape.ts';
import { absent, type Operand, type OperatorFamily, optionsSchema, reshapeTo, type Step } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';
import { dynamicCodes } from '../weighted-layer.ts';

const schema = optionsSchema(6, 'SVDFOptions', {
  rank: 0,
  fused_activation_function: 1,
  asymmetric_quantize_inputs: 2,
});

/** Positions of the inputs. */
const [INPUT, FEATURE_WEIGHTS, TIME_WEIGHTS, BIAS, STATE] = [0, 1, 2, 3, 4];
const none = { activation: 'none' } as const;

/**
 * SVDF: filters along time in two steps. Each of F filters looks at the input of this run (weights [F, I]) and remembers
 * what it saw in its last M runs; a unit is the sum of `rank` filters over that time (weights [F, M]), and a bias. The
 * state [N, F · M] is remembered between runs. Of codes it is computed with in float32, but for products with int8 weights
 * under float32 inputs, which are quantized as TFLite does.
 * @see Nakkiran et al. 2015, "Compressing deep neural networks using a rank-constrained topology"
 */
export const svdf: OperatorFamily = {
  types: ['SVDF'],
  inputCount: [3, 5],
  states: [STATE],
  perChannel: [FEATURE_WEIGHTS, BIAS],
  read(operator) {
    const { where, output } = operator;
    const options = operator.options(schema);
    const [rank, isSymmetric] = [options.int32('rank'), !options.boolean('asymmetric_quantize_inputs')];
    const activation = operator.clamp(options.int8('fused_activation_function'));
    if (rank < 1) throw new FormatError(`tflite: ${where}: its rank is ${rank}.`);
    if (operator.inputs[STATE] === undefined) throw operator.unsupported('no state');
    requireSameType(operator, [operator.input(INPUT)]);
    if (output.type !== 'FLOAT32' && output.type !== 'INT8') throw operator.unsupported(`${output.type} activations`);
    const isDynamic = output.type === 'FLOAT32' && operator.input(FEATURE_WEIGHTS).type === 'INT8';
    return (types) => {
      const [x, features, times, , state] = types.map((type) => type?.shape ?? []);
      const [filters, memory] = times;
      const units = filters / rank;
      const fits =
        x.length === 2 &&
        features.length === 2 &&
        times.length === 2 &&
        features[0] === filters &&
        state.join() === [x[0], filters * memory].join() &&
        Number.isInteger(units);
      if (!fits) {
        const given = [x, features, times, state].map((shape) => formatShape(shape)).join(', ');
        throw new ShapeError(
          `tflite: ${where}: ${given} are not [N, I], [F, I], [F, M] and [N, F · M], with F a multiple of the rank ${rank}.`,
        );
      }
      const steps: Step[] = [];
      const add = (step: Step): Operand & { readonly step: number } => {
        steps.push(step);
        return { step: steps.length - 1 };
      };
      /** The real numbers of an input. */
      const reals = (input: number): Operand =>
        types[input]?.dtype === 'float32'
          ? { input }
          : add({ op: 'dequantize', attributes: {}, operands: [{ input }], results: [{ dtype: 'float32' }] });
      const product = { op: 'matmul', attributes: none } as const;
      let seen: Operand;
      if (isDynamic) {
        const { codes, scales } = dynamicCodes({ input: INPUT }, x, { leading: 1, isSymmetric }, add);
        const operands = [codes, { input: FEATURE_WEIGHTS }, absent, absent, scales];
        seen = add({ ...product, operands, results: [{ dtype: 'float32' }] });
      } else seen = add({ ...product, operands: [reals(INPUT), reals(FEATURE_WEIGHTS)] });
      const batch = x[0];
      const column = add({ ...reshapeTo([batch, filters, 1]), operands: [seen] });
      const before = add({ ...reshapeTo([batch, filters, memory]), operands: [{ input: STATE }] });
      const size = [batch, filters, memory - 1];
      const kept = (): Operand =>
        add({ op: 'slice', attributes: { begin: [0, 0, 1], size, strides: [1, 1, 1] }, operands: [before] });
      const joined =
        memory === 1
          ? column
          : add({ op: 'concat', attributes: { axis: 2, activation: 'none' }, operands: [kept(), column] });
      const next = add({ ...reshapeTo([batch, filters * memory]), operands: [joined] });
      const weighted = add({ op: 'mul', attributes: none, operands: [joined, reals(TIME_WEIGHTS)] });
      const rows = add({ ...reshapeTo([batch, units, rank * memory]), operands: [weighted] });
      const sums = add({ op: 'sum', attributes: { axes: [2], keepDims: false }, operands: [rows] });
      if (operator.inputs[BIAS] !== undefined) {
        add({ op: 'add', attributes: { activation }, operands: [sums, reals(BIAS)] });
      } else if (activation !== 'none') add({ op: 'relu', attributes: { activation }, operands: [sums] });
      if (output.type !== 'FLOAT32') add({ op: 'quantize', attributes: {}, operands: [{ step: steps.length - 1 }] });
      return { steps, outputs: [steps.length - 1], states: { [STATE]: next } };
    };
  },
};
