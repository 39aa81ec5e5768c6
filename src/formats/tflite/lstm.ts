import { FormatError } from '../../errors.ts';
import type { LstmAttributes } from '../../ops/lstm.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { absent, type Operand, type OperatorReader } from './operator.ts';
import { type Recurred, type RecurrentInputs, requireRecurrent, type RecurrentSteps } from './recurrent.ts';
import { activationTypes } from './schema.ts';

/** Where an operator has what belongs to one LSTM; the first position of what has several, gates in the order i, f, g, o. */
export interface LstmPositions {
  readonly weights: number;
  readonly recurrentWeights: number;
  readonly biases: number;
  /** Of i, f and o. */
  readonly peepholes: number;
  /** The weights, then the bias. */
  readonly projection: number;
  readonly hidden: number;
  readonly cell: number;
  /** Weights of normalized gates; absent where the operator has none. */
  readonly normals?: number;
}

/** What options of an operator say of its LSTMs. */
export interface LstmOptions {
  readonly activation: number;
  readonly cellClip: number;
  readonly projectionClip: number;
  readonly isAsymmetric: boolean;
}

/** An LSTM of a file, as far as it is known before shapes are. */
export interface ReadLstm {
  readonly positions: LstmPositions;
  /** Numbers of the gates that there are: the first is missing where it is coupled with the second. */
  readonly gates: readonly number[];
  readonly options: LstmOptions;
  /** The codes of weights under float activations, and whether they are multiplied as codes; else they become numbers. */
  readonly codes: Readonly<Record<'weights' | 'recurrentWeights', readonly Tensor[]>> | undefined;
}

/** The inputs of each gate there. */
const of = (first: number, gates: readonly number[]): number[] => gates.map((gate) => first + gate);

function inputsOf(
  { weights, recurrentWeights, biases, hidden, cell }: LstmPositions,
  gates: readonly number[],
): RecurrentInputs {
  return {
    weights: of(weights, gates),
    recurrentWeights: of(recurrentWeights, gates),
    biases: of(biases, gates),
    states: [hidden, cell],
  };
}

/** @throws UnsupportedOpError, FormatError for what no LSTM here has */
export function readLstm(operator: OperatorReader, positions: LstmPositions, options: LstmOptions): ReadLstm {
  const gates = operator.inputs[positions.weights] === undefined ? [1, 2, 3] : [0, 1, 2, 3];
  const inputs = inputsOf(positions, gates);
  requireRecurrent(operator, inputs);
  const activation = activationTypes[options.activation];
  if (activation !== 'TANH') throw operator.unsupported(`the cell activation ${activation}`);
  for (const [what, limit] of [
    ['cells are', options.cellClip],
    ['projection is', options.projectionClip],
  ] as const) {
    if (limit >= 0 && limit < Infinity) continue;
    throw new FormatError(`tflite: ${operator.where}: its ${what} limited to ${limit}.`);
  }
  const matrices = [...inputs.weights, ...inputs.recurrentWeights].map((position) => operator.input(position));
  const projection = operator.inputs[positions.projection];
  const isHybrid =
    operator.output.type === 'FLOAT32' &&
    !options.isAsymmetric &&
    [...matrices, ...(projection === undefined ? [] : [projection])].every(
      ({ type, data, scales, zeroPoints }) =>
        type === 'INT8' && data !== undefined && scales.length === 1 && (zeroPoints[0] ?? 0) === 0,
    );
  const stored = (list: readonly number[]): readonly Tensor[] => list.map((position) => operator.constant(position)());
  const codes = isHybrid
    ? { weights: stored(inputs.weights), recurrentWeights: stored(inputs.recurrentWeights) }
    : undefined;
  return { positions, gates, options, codes };
}

/**
 * An LSTM along a batch of sequences.
 * @param x the operator's input in that form
 */
export function lstmSteps(
  steps: RecurrentSteps,
  { positions, gates, options, codes }: ReadLstm,
  x: Operand,
  axes: readonly [number, number],
  { isTimeMajor, isReversed }: Pick<LstmAttributes, 'isTimeMajor' | 'isReversed'>,
): Recurred {
  const { operator } = steps;
  const inputs = inputsOf(positions, gates);
  const units = steps.shape(inputs.weights[0])[0];
  const hasNormals = positions.normals !== undefined && operator.inputs[positions.normals + 1] !== undefined;
  const hasPeepholes = operator.inputs[positions.peepholes + 1] !== undefined;
  const { projection } = positions;
  const hasProjection = operator.inputs[projection] !== undefined;
  const bias = steps.joined(inputs.biases);
  const weights = codes === undefined ? steps.joined(inputs.weights) : steps.joinedCodes(codes.weights);
  const sums = steps.gates(x, axes, gates.length, units, weights, hasNormals ? undefined : bias, codes !== undefined);
  const recurrent =
    codes === undefined ? steps.joined(inputs.recurrentWeights) : steps.joinedCodes(codes.recurrentWeights);
  const rows = (first: number, numbers: readonly number[]): Operand => {
    const parts = numbers.map((number) =>
      operator.inputs[first + number] === undefined
        ? { constant: { dtype: 'float32' as const, shape: [units] }, fill: () => undefined }
        : steps.numbers(first + number),
    );
    const joined = steps.add({ op: 'concat', attributes: { axis: 0, activation: 'none' } }, parts);
    return steps.add({ op: 'reshape', attributes: { shape: [numbers.length, units] } }, [joined]);
  };
  const hidden = hasProjection ? steps.shape(projection)[0] : units;
  const keepsCell = operator.inputs[positions.cell] !== undefined;
  const operands: Operand[] = [
    sums,
    recurrent,
    hasNormals ? bias : absent,
    steps.before(positions.hidden) ?? absent,
    steps.before(positions.cell) ?? absent,
    hasPeepholes ? rows(positions.peepholes, [0, 1, 2]) : absent,
    hasNormals ? rows(positions.normals, gates) : absent,
    !hasProjection ? absent : codes === undefined ? steps.numbers(projection) : { input: projection },
    operator.inputs[projection + 1] === undefined ? absent : steps.numbers(projection + 1),
  ];
  while (operands.at(-1) === absent) operands.pop();
  const attributes: LstmAttributes = {
    isTimeMajor,
    isReversed,
    returnsSequence: true,
    cellClip: options.cellClip,
    ...(hasProjection && options.projectionClip > 0 && { projectionClip: options.projectionClip }),
    ...(gates.length === 3 && { isCoupled: true }),
    ...(keepsCell && { returnsCell: true }),
  };
  const y = steps.add({ op: 'lstm', attributes }, operands);
  const last = steps.lastOf(y, [...axes, hidden], isTimeMajor, isReversed);
  return {
    y,
    states: {
      ...(operator.inputs[positions.hidden] !== undefined && {
        [positions.hidden]: steps.after(positions.hidden, last),
      }),
      ...(keepsCell && { [positions.cell]: steps.after(positions.cell, { ...y, result: 1 }) }),
    },
  };
}
