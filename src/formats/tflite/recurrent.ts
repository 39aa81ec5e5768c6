import { ShapeError } from '../../errors.ts';
import { formatShape, sameShape, type Shape } from '../../tensor/shape.ts';
import type { Tensor, TensorType } from '../../tensor/tensor.ts';
import type { FileTensor } from './model.ts';
import type { OpUse } from '../op-use.ts';
import { type Operand, type OperatorReader, reshapeTo, type Result, type Step, type Steps } from './operator.ts';
import { requireSameType } from './operator-types.ts';
import { dynamicCodes } from './weighted-layer.ts';

/** Where a recurrent operator has its inputs, gate by gate. */
export interface RecurrentInputs {
  readonly weights: readonly number[];
  readonly recurrentWeights: readonly number[];
  readonly biases: readonly number[];
  /** Variables of the file, which keep something between its runs. */
  readonly states: readonly number[];
}

/**
 * Activations are numbers or codes, weights and biases either of the two too, and states nothing but states.
 * @throws UnsupportedOpError otherwise
 */
export function requireRecurrent(operator: OperatorReader, positions: RecurrentInputs): void {
  const { weights, recurrentWeights, biases, states } = positions;
  requireSameType(operator, [operator.input(0)]);
  const requireType = (what: string, codes: string, { type }: FileTensor): void => {
    if (type !== 'FLOAT32' && type !== codes) throw operator.unsupported(`${type} ${what}`);
  };
  requireType('activations', 'INT8', operator.output);
  for (const position of biases) requireType('biases', 'INT32', operator.input(position));
  for (const position of [...weights, ...recurrentWeights]) requireType('weights', 'INT8', operator.input(position));
  for (const position of states) {
    const state = operator.inputs[position];
    if (state !== undefined && !state.isVariable)
      throw operator.unsupported(`a state from elsewhere, input ${position}`);
  }
}

/** @throws UnsupportedOpError when one of these inputs is there */
export function refuseInputs(operator: OperatorReader, what: string, ...positions: readonly number[]): void {
  if (positions.some((position) => operator.inputs[position] !== undefined)) throw operator.unsupported(what);
}

/** Sizes of the first two axes. @throws ShapeError when the input is not a batch of sequences */
export function sequenceAxes(operator: OperatorReader, x: TensorType | undefined): readonly [number, number] {
  const shape = x?.shape ?? [];
  if (shape.length !== 3) {
    throw new ShapeError(`tflite: ${operator.where}: its input ${formatShape(shape)} is not a batch of sequences.`);
  }
  return [shape[0], shape[1]];
}

/** What a layer along a sequence made, and what it leaves. */
export interface Recurred {
  readonly y: Operand & Result;
  /** By position. */
  readonly states: Readonly<Record<number, Result>>;
}

/** Puts the steps of a recurrent operator together; all in float32, whatever the operator computes in. */
export class RecurrentSteps {
  readonly operator: OperatorReader;
  /** Of the operator's inputs. */
  readonly types: readonly (TensorType | undefined)[];
  readonly #steps: Step[] = [];

  constructor(operator: OperatorReader, types: readonly (TensorType | undefined)[]) {
    this.operator = operator;
    this.types = types;
  }

  add(use: OpUse, operands: readonly Operand[], results?: Step['results']): Operand & Result {
    this.#steps.push({ ...use, operands, ...(results && { results }) });
    return { step: this.#steps.length - 1 };
  }

  shape(position: number): Shape {
    return this.types[position]!.shape;
  }

  /** The real numbers of an input. */
  numbers(input: number): Operand {
    return this.types[input]?.dtype === 'float32'
      ? { input }
      : this.add({ op: 'dequantize', attributes: {} }, [{ input }], [{ dtype: 'float32' }]);
  }

  /** The rows of all gates. @throws ShapeError when the gates differ */
  joined(positions: readonly number[]): Operand {
    this.#requireEqual(positions.map((position) => this.shape(position)));
    const parts = positions.map((position) => this.numbers(position));
    if (parts.length === 1) return parts[0];
    return this.add({ op: 'concat', attributes: { axis: 0, activation: 'none' } }, parts);
  }

  /** The int8 rows of all gates, each with its gate's scale. */
  joinedCodes(gates: readonly Tensor[]): Operand {
    this.#requireEqual(gates.map(({ shape }) => shape));
    const [rows, length] = gates[0].shape;
    const scales = gates.flatMap(({ quantization }) => Array.from({ length: rows }, () => quantization!.scales[0]));
    return {
      constant: {
        dtype: 'int8',
        shape: [rows * gates.length, length],
        quantization: { scales, zeroPoints: scales.map(() => 0), axis: 0 },
      },
      fill: (data) => gates.forEach((gate, index) => data.set(gate.data, index * gate.data.length)),
    };
  }

  /**
   * The input's product with the weights of all gates, for all steps at once: [first, second, gates, units].
   * @param x the operator's input as a batch of sequences
   * @param bias of the gates, where it is added here
   */
  gates(
    x: Operand,
    [first, second]: readonly [number, number],
    count: number,
    units: number,
    weights: Operand,
    bias: Operand | undefined,
    quantizesInput: boolean,
  ): Operand {
    const product: OpUse = { op: 'matmul', attributes: { activation: 'none' } };
    const more = bias === undefined ? [] : [bias];
    let sums: Operand;
    if (quantizesInput) {
      const add = (step: Step): Operand => this.add(step, step.operands, step.results);
      const shape = [first, second, this.shape(0).at(-1)!];
      const { codes, scales } = dynamicCodes(x, shape, { leading: 2, isSymmetric: true }, add);
      const absent = { isAbsent: true } as const;
      sums = this.add(product, [codes, weights, more[0] ?? absent, absent, scales], [{ dtype: 'float32' }]);
    } else sums = this.add(product, [x, weights, ...more]);
    return this.add(reshapeTo([first, second, count, units]), [sums]);
  }

  /** What a state is before the first step; undefined where there is none. */
  before(position: number): Operand | undefined {
    return this.operator.inputs[position] === undefined ? undefined : this.numbers(position);
  }

  /** What a state becomes. */
  after(position: number, value: Operand & Result): Result {
    const { dtype, quantization } = this.types[position]!;
    return dtype === 'float32'
      ? value
      : this.add({ op: 'quantize', attributes: {} }, [value], [{ dtype, ...(quantization && { quantization }) }]);
  }

  /** The hidden state after all steps of a sequence. */
  lastOf(y: Operand, shape: Shape, isTimeMajor: boolean, isReversed: boolean): Operand & Result {
    const [time, batch] = isTimeMajor ? [0, 1] : [1, 0];
    const begin = [0, 0, 0].with(time, isReversed ? 0 : shape[time] - 1);
    const last =
      shape[time] === 1
        ? y
        : this.add({ op: 'slice', attributes: { begin, size: shape.with(time, 1), strides: [1, 1, 1] } }, [y]);
    return this.add(reshapeTo([shape[batch], shape[2]]), [last]);
  }

  /** The operator's output, of codes where it is. */
  output(y: Operand & Result): Result {
    return this.operator.output.type === 'FLOAT32' ? y : this.add({ op: 'quantize', attributes: {} }, [y]);
  }

  finish(outputs: readonly Result[], states: Steps['states']): Steps {
    return { steps: this.#steps, outputs, states };
  }

  #requireEqual(shapes: readonly Shape[]): void {
    if (shapes.every((shape) => sameShape(shape, shapes[0]))) return;
    const given = shapes.map((shape) => formatShape(shape)).join(', ');
    throw new ShapeError(`tflite: ${this.operator.where}: its gates have the shapes ${given}. They must be equal.`);
  }
}
