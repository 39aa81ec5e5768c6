import { createRandom } from '../../src/tensor/random.ts';
import type { TableSpec } from './flatbuffer-builder.ts';
import { buildTflite, type TensorSpec, tensorType } from './tflite-builder.ts';

/** A recurrent operator as a file may have it. */
export interface RecurrentVariant {
  readonly operator: 'LSTM' | 'SEQUENCE_LSTM' | 'BIDIRECTIONAL_LSTM' | 'RNN' | 'SEQUENCE_RNN' | 'BIDIRECTIONAL_RNN';
  readonly batch?: number;
  /** Of a sequence; those of one step take one. */
  readonly steps?: number;
  readonly inputs?: number;
  readonly units?: number;
  readonly projected?: number;
  /** int8 weights under float32 activations. */
  readonly isHybrid?: boolean;
  readonly isAsymmetric?: boolean;
  readonly isCoupled?: boolean;
  readonly hasPeepholes?: boolean;
  readonly isNormalized?: boolean;
  readonly hasProjectionBias?: boolean;
  readonly cellClip?: number;
  readonly projectionClip?: number;
  readonly isTimeMajor?: boolean;
  readonly isMerged?: boolean;
}

const NONE = -1;
const codes = {
  LSTM: 16,
  RNN: 24,
  SEQUENCE_RNN: 35,
  SEQUENCE_LSTM: 44,
  BIDIRECTIONAL_RNN: 46,
  BIDIRECTIONAL_LSTM: 52,
} as const;
const TANH = 4;

/**
 * A file of one recurrent operator, and inputs of three runs.
 * @param change of the options
 */
export function recurrentModel(variant: RecurrentVariant, change: TableSpec = {}) {
  const { operator, batch = 2, inputs = 5, units = 6, projected } = variant;
  const isStep = operator === 'LSTM' || operator === 'RNN';
  const isRnn = operator.includes('RNN');
  const isBoth = operator.startsWith('BIDIRECTIONAL');
  const { isTimeMajor = false, isHybrid = false, isCoupled = false } = variant;
  const steps = isStep ? 1 : (variant.steps ?? 3);
  const hidden = projected ?? units;
  const random = createRandom(3);
  const draw = (length: number, range: number): Float32Array =>
    Float32Array.from({ length }, () => random.uniform(-range, range));
  const tensors: TensorSpec[] = [];
  const add = (spec: TensorSpec): number => tensors.push(spec) - 1;
  const matrix = (shape: readonly number[], range: number): number => {
    const data = draw(
      shape.reduce((product, size) => product * size, 1),
      range,
    );
    if (!isHybrid) return add({ shape, data });
    const scale = Math.fround(Math.max(...data.map(Math.abs)) / 127);
    const stored = Int8Array.from(data, (value) => Math.round(value / scale));
    return add({ shape, type: tensorType.INT8, data: stored, scales: [scale], zeroPoints: [0n] });
  };
  const vector = (length: number, center = 0): number =>
    add({ shape: [length], data: draw(length, 0.5).map((value) => value + center) });
  const state = (length: number): number => add({ shape: [batch, length], fields: { 5: { int8: 1 } } });

  const shape = isStep ? [batch, inputs] : isTimeMajor ? [steps, batch, inputs] : [batch, steps, inputs];
  const x = add({ name: 'x', shape });
  const gates = isCoupled ? [NONE, 1, 2, 3] : [0, 1, 2, 3];
  const perGate = (make: () => number): number[] => gates.map((gate) => (gate === NONE ? NONE : make()));
  const none = (count: number): number[] => Array.from({ length: count }, () => NONE);
  const lstm = (): number[] => [
    ...perGate(() => matrix([units, inputs], 1)),
    ...perGate(() => matrix([units, hidden], 1)),
    ...(variant.hasPeepholes
      ? [isCoupled ? NONE : matrix([units], 1), matrix([units], 1), matrix([units], 1)]
      : none(3)),
    ...perGate(() => vector(units)),
    projected === undefined ? NONE : matrix([projected, units], 1),
    variant.hasProjectionBias ? vector(hidden) : NONE,
  ];
  const rnn = (): number[] => [matrix([units, inputs], 1), matrix([units, units], 1), vector(units), state(units)];
  const both = (): number[] => {
    const parts = [...lstm(), ...lstm()];
    return [...parts, state(hidden), state(units), state(hidden), state(units), ...none(9)];
  };
  const normals = (): number[] => (variant.isNormalized ? perGate(() => vector(units, 1)) : none(4));
  const operands = isRnn
    ? isBoth
      ? [x, ...rnn(), ...rnn(), ...none(3)]
      : [x, ...rnn()]
    : isBoth
      ? [x, ...both()]
      : [x, ...lstm(), state(hidden), state(units), ...normals()];
  const isSplit = isBoth && variant.isMerged !== true;
  const width = isBoth && !isSplit ? 2 * hidden : hidden;
  const outputShape = isStep ? [batch, width] : isTimeMajor ? [steps, batch, width] : [batch, steps, width];
  const outputs = (isSplit ? ['y', 'z'] : ['y']).map((name) => add({ name, shape: outputShape }));
  const clips: TableSpec = {
    1: { float32: variant.cellClip ?? 0 },
    2: { float32: variant.projectionClip ?? 0 },
  };
  const flag = (value: boolean | undefined) => ({ int8: value === true ? 1 : 0 });
  const options: Readonly<Record<RecurrentVariant['operator'], readonly [number, TableSpec]>> = {
    LSTM: [14, { 0: { int8: TANH }, ...clips, 3: { int8: 0 }, 4: flag(variant.isAsymmetric) }],
    SEQUENCE_LSTM: [71, { 0: { int8: TANH }, ...clips, 3: flag(isTimeMajor), 4: flag(variant.isAsymmetric) }],
    BIDIRECTIONAL_LSTM: [
      69,
      { 0: { int8: TANH }, ...clips, 3: flag(!isSplit), 4: flag(isTimeMajor), 5: flag(variant.isAsymmetric) },
    ],
    RNN: [7, { 0: { int8: TANH } }],
    SEQUENCE_RNN: [31, { 0: flag(isTimeMajor), 1: { int8: TANH } }],
    BIDIRECTIONAL_RNN: [70, { 0: flag(isTimeMajor), 1: { int8: TANH }, 2: flag(!isSplit) }],
  };
  const bytes = buildTflite({
    tensors,
    operators: [
      {
        code: codes[operator],
        inputs: operands,
        outputs,
        options: [options[operator][0], { ...options[operator][1], ...change }],
      },
    ],
    inputs: [x],
    outputs,
  });
  const elements = shape.reduce((product, size) => product * size, 1);
  return { bytes, runs: [1, 2, 3].map(() => [draw(elements, 1)]) };
}

export const recurrentVariants: Readonly<Record<string, RecurrentVariant>> = {
  'LSTM of one step': { operator: 'LSTM' },
  'LSTM of one step, projected': { operator: 'LSTM', projected: 3, hasPeepholes: true },
  LSTM: { operator: 'SEQUENCE_LSTM' },
  'LSTM, time first': { operator: 'SEQUENCE_LSTM', isTimeMajor: true, cellClip: 0.4 },
  'LSTM with peepholes': { operator: 'SEQUENCE_LSTM', hasPeepholes: true },
  'LSTM with coupled gates': { operator: 'SEQUENCE_LSTM', isCoupled: true, hasPeepholes: true },
  'LSTM with a projection': {
    operator: 'SEQUENCE_LSTM',
    projected: 4,
    hasProjectionBias: true,
    projectionClip: 0.3,
    hasPeepholes: true,
  },
  'LSTM with normalized gates': { operator: 'SEQUENCE_LSTM', isNormalized: true },
  'LSTM with everything': {
    operator: 'SEQUENCE_LSTM',
    isNormalized: true,
    isCoupled: true,
    hasPeepholes: true,
    projected: 4,
  },
  'LSTM with int8 weights': { operator: 'SEQUENCE_LSTM', isHybrid: true },
  'LSTM with int8 weights, asymmetric inputs': { operator: 'SEQUENCE_LSTM', isHybrid: true, isAsymmetric: true },
  'LSTM with int8 weights and more': {
    operator: 'SEQUENCE_LSTM',
    isHybrid: true,
    isCoupled: true,
    hasPeepholes: true,
    projected: 4,
    hasProjectionBias: true,
  },
  'LSTM in both directions': { operator: 'BIDIRECTIONAL_LSTM', hasPeepholes: true },
  'LSTM in both directions, joined': {
    operator: 'BIDIRECTIONAL_LSTM',
    isMerged: true,
    isTimeMajor: true,
    projected: 4,
  },
  'LSTM in both directions with int8 weights': { operator: 'BIDIRECTIONAL_LSTM', isHybrid: true },
  'recurrence of one step': { operator: 'RNN' },
  recurrence: { operator: 'SEQUENCE_RNN' },
  'recurrence, time first': { operator: 'SEQUENCE_RNN', isTimeMajor: true },
  'recurrence in both directions': { operator: 'BIDIRECTIONAL_RNN' },
  'recurrence in both directions, joined': { operator: 'BIDIRECTIONAL_RNN', isMerged: true, isTimeMajor: true },
  'recurrence with int8 weights': { operator: 'SEQUENCE_RNN', isHybrid: true },
};
