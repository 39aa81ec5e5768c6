import shader from '../../../shaders/lstm.wgsl';
import { scaleAt, type Quantization } from '../../tensor/quantization.ts';
import { elementCount, quadCount } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Binding, Kernel, KernelContext } from '../define-op.ts';
import type { LstmAttributes } from '../lstm.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { lstmSizes, type LstmSizes } from './lstm-sizes.ts';

/** What the most modest devices allow. */
const maxWorkgroupSize = 128;
const maxWorkgroupBytes = 16384;
/** One workgroup's products: devices stop what takes seconds. */
const maxProducts = 2 ** 31;

/** Positions of the inputs that are constants. */
const constantInputs = [1, 2, 5, 6, 7, 8] as const;

interface Plan extends LstmSizes {
  readonly lanes: number;
  readonly slices: number;
  readonly sliceQuads: number;
  readonly quads: number;
  readonly hiddenQuads: number;
  readonly isInt8: boolean;
  readonly isNormalized: boolean;
}

function planOf(context: KernelContext<LstmAttributes>): Plan {
  const sizes = lstmSizes(context);
  const [quads, hiddenQuads] = [sizes.units, sizes.hidden].map((count) => Math.ceil(count / 4));
  const lanes = Math.min(maxWorkgroupSize, 2 ** Math.ceil(Math.log2(quads)));
  const slices = Math.min(maxWorkgroupSize / lanes, 2 ** Math.ceil(Math.log2(hiddenQuads)));
  const isNormalized = context.inputs[6] !== undefined;
  const isInt8 = context.inputs[1]?.dtype === 'int8';
  const sliceQuads = Math.ceil(hiddenQuads / slices);
  return { ...sizes, lanes, slices, sliceQuads, quads, hiddenQuads, isInt8, isNormalized };
}

function workgroupBytes({ lanes, slices, sliceQuads, quads, gates, isInt8, isNormalized }: Plan): number {
  const states = slices * sliceQuads + quads;
  return 16 * (states * (isInt8 ? 2 : 1) + lanes * slices * gates + (isNormalized ? gates * quads : 0) + 1);
}

/** All forms of an LSTM, one workgroup for a sequence. */
export const lstmKernel: Kernel<LstmAttributes> = {
  name: 'lstm',
  accepts(context) {
    const { inputs, outputs, constants } = context;
    const areConstant = constantInputs.every((index) => !inputs[index] || constants[index]);
    const [weights, projection] = [inputs[1], inputs[7]];
    const areFloat = [...inputs, ...outputs].every(
      (type, index) =>
        type === undefined ||
        type.dtype === 'float32' ||
        ((index === 1 || index === 7) && isSymmetric(type.quantization)),
    );
    const areAlike = projection === undefined || projection.dtype === weights!.dtype;
    const plan = planOf(context);
    const isSmall = workgroupBytes(plan) <= maxWorkgroupBytes && products(plan) <= maxProducts;
    return areConstant && areFloat && areAlike && isSmall;
  },
  dispatch(context) {
    const { attributes, inputs, outputs, constants } = context;
    const plan = planOf(context);
    const { batch, steps, units, hidden, gates, lanes, slices, sliceQuads, quads, hiddenQuads, isInt8 } = plan;
    const launch = linearDispatch(batch, 1);
    const rows = parameterRows(context, plan);
    const weights = constants[1]!;
    const projection = constants[7];
    const hiddenWords = slices * sliceQuads * gates * quads * (isInt8 ? 1 : 4);
    const projectionWords = projection === undefined ? 1 : quads * hiddenQuads * (isInt8 ? 1 : 4);
    const pack = isInt8 ? byWords : byElements;
    const state = (input: number, constant: string, count: number): Binding =>
      inputs[input] === undefined
        ? { constant, sizeBytes: count * 16, data: () => new Float32Array(count * 4) }
        : { input };
    return {
      shader,
      imports: {
        ...(isInt8 && { 'lstm-weights': 'lstm-weights-int8' }),
        ...(attributes.returnsCell !== true && { 'keep-cell': 'drop-cell' }),
      },
      constants: {
        ...launch.constants,
        WORKGROUP_SIZE: lanes * slices,
        BATCH: batch,
        STEPS: steps,
        UNITS: units,
        HIDDEN: hidden,
        GATES: gates,
        LANES: lanes,
        SLICES: slices,
        ROUNDS: Math.ceil(quads / lanes),
        SLICE_QUADS: sliceQuads,
        BATCH_STRIDE: attributes.isTimeMajor ? 1 : steps,
        STEP_STRIDE: attributes.isTimeMajor ? batch : 1,
        IS_REVERSED: attributes.isReversed ? 1 : 0,
        HAS_ALL_STEPS: attributes.returnsSequence ? 1 : 0,
        IS_NORMALIZED: plan.isNormalized ? 1 : 0,
        HAS_PROJECTION: projection === undefined ? 0 : 1,
        Y_QUADS: quadCount(outputs[0].shape),
        WEIGHT_QUADS: hiddenWords,
        PROJECTION_QUADS: projectionWords,
        ...(attributes.cellClip > 0 && { CELL_CLIP: attributes.cellClip }),
        ...((attributes.projectionClip ?? 0) > 0 && { PROJECTION_CLIP: attributes.projectionClip! }),
      },
      bindings: [
        { input: 0 },
        {
          constant: 'weights',
          sizeBytes: hiddenWords * 16,
          data: () => pack(weights.data, gates, units, hidden, slices * sliceQuads),
        },
        { constant: 'parameters', sizeBytes: rows.length * 16, data: () => parametersOf(rows) },
        {
          constant: 'projection',
          sizeBytes: projectionWords * 16,
          data: () => (projection === undefined ? new Float32Array(4) : pack(projection.data, 1, hidden, units, quads)),
        },
        state(3, 'firstHidden', batch * hiddenQuads),
        state(4, 'firstCell', batch * quads),
        { output: 0 },
        ...(attributes.returnsCell === true ? [{ output: 1 }] : []),
      ],
      workgroups: launch.workgroups,
      cost: {
        operations: 2 * batch * products(plan),
        multiplyAccumulates: batch * products(plan),
        bytes: 4 * elementCount(inputs[0]!.shape) + steps * (hiddenWords + projectionWords) * 16,
      },
    };
  },
};

/** Products of one sequence. */
function products({ steps, units, hidden, gates }: LstmSizes): number {
  return steps * units * hidden * (gates + 1);
}

function isSymmetric(quantization: Quantization | undefined): boolean {
  return quantization !== undefined && quantization.zeroPoints.every((zeroPoint) => zeroPoint === 0);
}

/** The quads of what each unit has once, as functions of the unit; in the order of the shader. */
function parameterRows({ constants }: KernelContext<LstmAttributes>, { units, hidden, gates }: Plan) {
  const [, weights, bias, , , peepholes, normals, projection, projectionBias] = constants;
  const all = (rows: number, length: number, of: (row: number, unit: number) => number) =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: Math.ceil(length / 4) }, (__, quad) =>
        [0, 1, 2, 3].map((lane) => (quad * 4 + lane < length ? of(row, quad * 4 + lane) : 0)),
      ),
    ).flat();
  const element = (tensor: Tensor | undefined, index: number): number => tensor?.data[index] ?? 0;
  const scale = ({ quantization }: Pick<Tensor, 'quantization'>, row: number): number =>
    quantization === undefined ? 0 : scaleAt(quantization, quantization.scales.length === 1 ? 0 : row);
  return [
    ...all(gates, units, (gate, unit) => element(bias, gate * units + unit)),
    ...all(3, units, (row, unit) => element(peepholes, row * units + unit)),
    ...all(gates, units, (gate, unit) => element(normals, gate * units + unit)),
    ...all(gates, units, (gate, unit) => scale(weights!, gate * units + unit)),
    ...all(1, hidden, (_, unit) => element(projectionBias, unit)),
    ...all(1, hidden, (_, unit) => (projection === undefined ? 0 : scale(projection, unit))),
  ];
}

function parametersOf(quads: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(quads.flat());
}

type Pack = (
  rows: ArrayLike<number>,
  gates: number,
  units: number,
  length: number,
  inputQuads: number,
) => Float32Array | Uint32Array;

/** [gates · units, length] as [input, gates, units padded to quads], with zeros for inputs that pad. */
const byElements: Pack = (rows, gates, units, length, inputQuads) => {
  const padded = Math.ceil(units / 4) * 4;
  const packed = new Float32Array(inputQuads * 4 * gates * padded);
  for (let row = 0; row < gates * units; row++) {
    const to = Math.floor(row / units) * padded + (row % units);
    for (let k = 0; k < length; k++) packed[k * gates * padded + to] = rows[row * length + k];
  }
  return packed;
};

/** Likewise, with the codes of four inputs in a word: [quad of inputs, gates, units padded to quads]. */
const byWords: Pack = (rows, gates, units, length, inputQuads) => {
  const padded = Math.ceil(units / 4) * 4;
  const packed = new Uint32Array(inputQuads * gates * padded);
  for (let row = 0; row < gates * units; row++) {
    const to = Math.floor(row / units) * padded + (row % units);
    for (let k = 0; k < length; k++) {
      packed[(k >> 2) * gates * padded + to] |= (rows[row * length + k] & 0xff) << (8 * (k & 3));
    }
  }
  return packed;
};
