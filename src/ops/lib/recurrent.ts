import shader from '../../../shaders/recurrent.wgsl';
import { ShapeError } from '../../errors.ts';
import { elementCount, formatShape, quadCount, sameShape, type Shape } from '../../tensor/shape.ts';
import { emptyTensor, type Tensor } from '../../tensor/tensor.ts';
import {
  type Binding,
  defineOp,
  type Dispatch,
  type KernelContext,
  type OpContext,
  type OpDefinition,
} from '../define-op.ts';
import { linearDispatch } from './linear-dispatch.ts';
import { everyDType, operand, operandType } from './operands.ts';

/** What every recurrent layer has. */
export interface RecurrentAttributes {
  /** Whether the first axis of the input is time, the second the batch, and not the other way round. */
  readonly isTimeMajor: boolean;
  /** From the last step to the first. */
  readonly isReversed: boolean;
  /** Whether the output has every step, in their order, or the last that was computed alone. */
  readonly returnsSequence: boolean;
}

/** One kind of recurrence: what becomes of a unit in a step. */
export interface RecurrentCell<A> {
  readonly name: string;
  readonly gates: number;
  /** Whether there is a cell state besides the hidden one. */
  readonly hasCell: boolean;
  /** @throws ShapeError for attributes of its own that cannot be */
  readonly check?: (where: string, attributes: A) => void;
  /**
   * In double precision.
   * @param inputs of each gate, what the layer's input adds
   * @param sums of each gate, from the hidden states of the step before
   * @param before hidden state and cell state of the unit
   */
  readonly next: (
    inputs: readonly number[],
    sums: readonly number[],
    before: readonly [hidden: number, cell: number],
    attributes: A,
  ) => readonly [hidden: number, cell: number];
  /** What specializes `recurrent.wgsl` for it. */
  readonly kernel: (attributes: A) => {
    readonly imports: Readonly<Record<string, string>>;
    readonly constants?: Readonly<Record<string, number>>;
  };
}

type Node<A> = Pick<OpContext<A>, 'name' | 'attributes' | 'inputs'>;

interface RecurrentSizes {
  readonly batch: number;
  readonly steps: number;
  readonly units: number;
}

/** What the most modest devices allow. */
const maxWorkgroupSize = 128;
/** Units whose hidden states fit beside the sums into a workgroup's memory. */
const maxUnits = 2 ** 11;
/** One workgroup's products: devices stop what takes seconds. */
const maxProducts = 2 ** 31;

/**
 * Declares a recurrent layer along a sequence, in float32.
 * Inputs: x [N, T, gates, H], or [T, N, gates, H] where time comes first, what the input adds to each gate; constant
 * weights [gates·H, H] of the hidden states; bias? [gates·H]; first hidden? [N, H] and, if there is a cell state, first
 * cell? [N, H], which are zero where absent. Output: hidden states [N, T, H] or [T, N, H], or the last [N, H].
 * @throws ShapeError when sizes do not fit
 */
export function defineRecurrentOp<A extends RecurrentAttributes>(cell: RecurrentCell<A>): OpDefinition<A> {
  const { name, gates } = cell;
  const sizes = (context: Node<A>): RecurrentSizes => sizesOf(cell, context);
  return defineOp<A>({
    name,
    inferShape(context) {
      const { batch, units } = sizes(context);
      const { isTimeMajor, returnsSequence } = context.attributes;
      if (!returnsSequence) return [[batch, units]];
      const [first, second] = operandType(name, context, 0).shape;
      return [isTimeMajor ? [first, second, units] : [batch, second, units]];
    },
    isHeavy: true,
    reference: (context, inputs) => [runSequences(cell, sizes(context), context, inputs)],
    kernels: [
      {
        name: 'recurrent',
        accepts(context) {
          const { steps, units } = sizes(context);
          const areConstant = [1, 2].every((index) => !context.inputs[index] || context.constants[index]);
          const isSmall = units <= maxUnits && steps * gates * units ** 2 <= maxProducts;
          return everyDType(context, 'float32') && areConstant && isSmall;
        },
        dispatch: (context) => dispatch(cell, sizes(context), context),
      },
    ],
    partition: {
      /** Sequences do not know of each other. */
      unit: ({ attributes }, axis) => (axis === batchAxis(attributes, true) ? 1 : undefined),
      part: ({ attributes, inputs }, range) => ({
        attributes,
        inputs: inputs.map((_, input) => {
          if (input === 0) return { input, ranges: [{ ...range, axis: batchAxis(attributes, false) }] };
          return input < 3 ? { input } : { input, ranges: [{ ...range, axis: 0 }] };
        }),
      }),
    },
  });
}

/** Of the output, or of the input. */
function batchAxis({ isTimeMajor, returnsSequence }: RecurrentAttributes, isOutput: boolean): number {
  return isTimeMajor && (returnsSequence || !isOutput) ? 1 : 0;
}

function sizesOf<A extends RecurrentAttributes>(cell: RecurrentCell<A>, context: Node<A>): RecurrentSizes {
  const { name, gates, hasCell } = cell;
  const where = `${name} "${context.name}"`;
  const { shape } = operandType(name, context, 0);
  const weights = operandType(name, context, 1).shape;
  const units = shape.at(-1) ?? 0;
  const axis = batchAxis(context.attributes, false);
  const state = [shape[axis], units];
  const fits = (index: number, expected: Shape): boolean =>
    context.inputs[index] === undefined || sameShape(context.inputs[index].shape, expected);
  const statesFit = fits(3, state) && (hasCell ? fits(4, state) : context.inputs[4] === undefined);
  if (
    shape.length !== 4 ||
    shape[2] !== gates ||
    !fits(1, [gates * units, units]) ||
    !fits(2, [gates * units]) ||
    !statesFit
  ) {
    const given = context.inputs.map((type) => (type === undefined ? 'none' : formatShape(type.shape)));
    throw new ShapeError(
      `${where}: inputs ${given.join(', ')} do not fit. They must be [·, ·, ${gates}, H], weights [${gates}·H, H], bias [${gates}·H] and states [N, H].`,
    );
  }
  cell.check?.(where, context.attributes);
  return { batch: shape[axis], steps: shape[1 - axis], units: weights[1] };
}

function runSequences<A extends RecurrentAttributes>(
  { name, gates, next }: RecurrentCell<A>,
  { batch, steps, units }: RecurrentSizes,
  context: OpContext<A>,
  inputs: readonly (Tensor | undefined)[],
): Tensor {
  const { attributes } = context;
  const [x, weights] = [0, 1].map((index) => operand(name, context, inputs, index).data);
  const [bias, firstHidden, firstCell] = [2, 3, 4].map((index) => inputs[index]?.data);
  const y = emptyTensor(context.outputs[0]);
  for (let n = 0; n < batch; n++) {
    let hidden = Array.from({ length: units }, (_, unit) => firstHidden?.[n * units + unit] ?? 0);
    const cells = hidden.map((_, unit) => firstCell?.[n * units + unit] ?? 0);
    for (let step = 0; step < steps; step++) {
      const t = attributes.isReversed ? steps - 1 - step : step;
      const place = attributes.isTimeMajor ? t * batch + n : n * steps + t;
      const before = hidden;
      hidden = before.map((own, unit) => {
        const perGate = (of: (row: number) => number): number[] =>
          Array.from({ length: gates }, (_, gate) => of(gate * units + unit));
        const sums = perGate((row) =>
          before.reduce((sum, value, k) => sum + value * weights[row * units + k], bias?.[row] ?? 0),
        );
        const added = perGate((row) => x[place * gates * units + row]);
        const [fresh, cell] = next(added, sums, [own, cells[unit]], attributes);
        cells[unit] = cell;
        return fresh;
      });
      if (attributes.returnsSequence) y.data.set(hidden, place * units);
    }
    if (!attributes.returnsSequence) y.data.set(hidden, n * units);
  }
  return y;
}

function dispatch<A extends RecurrentAttributes>(
  cell: RecurrentCell<A>,
  { batch, steps, units }: RecurrentSizes,
  context: KernelContext<A>,
): Dispatch {
  const { attributes, constants } = context;
  const { gates } = cell;
  const { imports, constants: own } = cell.kernel(attributes);
  const quads = Math.ceil(units / 4);
  const lanes = Math.min(maxWorkgroupSize, 2 ** Math.ceil(Math.log2(quads)));
  const slices = Math.min(maxWorkgroupSize / lanes, lanes);
  const sliceQuads = Math.ceil(quads / slices);
  const launch = linearDispatch(batch, 1);
  const [weights, bias] = [constants[1]?.data as Float32Array, constants[2]?.data as Float32Array | undefined];
  const hiddenUnits = slices * sliceQuads * 4;
  const state = (input: number, constant: string): Binding =>
    context.inputs[input] === undefined ? zeros(constant, batch * quads * 4) : { input };
  const products = batch * steps * gates * units * units;
  return {
    shader,
    imports,
    constants: {
      ...launch.constants,
      ...own,
      WORKGROUP_SIZE: lanes * slices,
      BATCH: batch,
      STEPS: steps,
      UNITS: units,
      LANES: lanes,
      SLICES: slices,
      ROUNDS: Math.ceil(quads / lanes),
      SLICE_QUADS: sliceQuads,
      BATCH_STRIDE: attributes.isTimeMajor ? 1 : steps,
      STEP_STRIDE: attributes.isTimeMajor ? batch : 1,
      IS_REVERSED: attributes.isReversed ? 1 : 0,
      HAS_ALL_STEPS: attributes.returnsSequence ? 1 : 0,
      Y_QUADS: quadCount(context.outputs[0].shape),
    },
    bindings: [
      { input: 0 },
      {
        constant: 'weights',
        sizeBytes: hiddenUnits * gates * quads * 16,
        data: () => byHiddenUnit(weights, gates, units, hiddenUnits),
      },
      bias === undefined
        ? zeros('bias', gates * quads * 4)
        : { constant: 'bias', sizeBytes: gates * quads * 16, data: () => byHiddenUnit(bias, gates, units, 1) },
      state(3, 'firstHidden'),
      state(4, 'firstCell'),
      { output: 0 },
    ],
    workgroups: launch.workgroups,
    cost: {
      operations: 2 * products,
      multiplyAccumulates: products,
      bytes: 4 * (elementCount(context.inputs[0]!.shape) + steps * weights.length),
    },
  };
}

function zeros(constant: string, length: number): Binding {
  return { constant, sizeBytes: length * 4, data: () => new Float32Array(length) };
}

/** [gates · units, k] as [k, gates, units padded to quads], with zeros for the k that `count` has more. */
function byHiddenUnit(rows: Float32Array, gates: number, units: number, count: number): Float32Array {
  const padded = Math.ceil(units / 4) * 4;
  const perRow = rows.length / (gates * units);
  const arranged = new Float32Array(count * gates * padded);
  for (let row = 0; row < gates * units; row++) {
    const to = Math.floor(row / units) * padded + (row % units);
    for (let k = 0; k < perRow; k++) arranged[k * gates * padded + to] = rows[row * perRow + k];
  }
  return arranged;
}
