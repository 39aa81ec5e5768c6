import floatShader from '../../../shaders/normalize-rows-float.wgsl';
import int8Shader from '../../../shaders/normalize-rows-int8.wgsl';
import { codeRange } from '../../tensor/dtype.ts';
import { clamp, type Quantization } from '../../tensor/quantization.ts';
import { rowLength } from '../../tensor/shape.ts';
import { emptyTensor } from '../../tensor/tensor.ts';
import {
  type Binding,
  defineOp,
  type Dispatch,
  type Kernel,
  type KernelContext,
  type OpContext,
  type OpDefinition,
} from '../define-op.ts';
import { elementwisePartition } from './elementwise.ts';
import { computesOnCodes, everyDType, operand, operandType, tensorQuantization } from './operands.ts';
import { rowsLaunch } from './rows-launch.ts';

/** What becomes of the elements of a row. */
type RowMap = (row: ArrayLike<number>) => (element: number) => number;

/** What specializes one of the shaders that normalize rows. */
export interface RowSpecialization {
  readonly imports: Readonly<Record<string, string>>;
  readonly constants?: Readonly<Record<string, number>>;
  /** After the output. */
  readonly bindings?: readonly Binding[];
}

/** A normalization of each row by something of the whole row. */
export interface RowNormalization<A> {
  readonly name: string;
  /** Of the output, whatever is in the rows. */
  readonly quantization: Quantization;
  /** @throws ShapeError for attributes that cannot be */
  readonly check?: (name: string, attributes: A) => void;
  /** In double precision. */
  readonly real: (attributes: A) => RowMap;
  /** On codes, in integers; the results need not be within the output's range. */
  readonly codes: (context: OpContext<A>, input: Quantization, output: Quantization) => RowMap;
  /** Of `normalize-rows-float.wgsl`. */
  readonly float: (attributes: A) => RowSpecialization;
  /** Of `normalize-rows-int8.wgsl`. */
  readonly int8: (context: OpContext<A>, input: Quantization, output: Quantization) => RowSpecialization;
}

/** Declares an op that normalizes rows, as softmax does. Input of any shape; the output has the same. */
export function defineRowNormalization<A extends object>(normalization: RowNormalization<A>): OpDefinition<A> {
  const { name, check, real, codes, float, int8 } = normalization;
  const quantizations = (context: OpContext<A>): readonly [Quantization, Quantization] => [
    tensorQuantization(name, context.name, operandType(name, context, 0)),
    tensorQuantization(name, context.name, context.outputs[0]),
  ];
  const kernels: readonly Kernel<A>[] = [
    {
      name: 'normalize-rows-int8',
      accepts: (context) => everyDType(context, 'int8'),
      dispatch(context) {
        const [input, output] = quantizations(context);
        const { constants, ...rest } = int8(context, input, output);
        const all = { ...constants, ZERO_POINT: output.zeroPoints[0] };
        return rowsDispatch(name, context, int8Shader, { ...rest, constants: all });
      },
    },
    {
      name: 'normalize-rows-float',
      accepts: (context) => everyDType(context, 'float32'),
      dispatch: (context) => rowsDispatch(name, context, floatShader, float(context.attributes)),
    },
  ];
  return defineOp<A>({
    name,
    quantization: { output: normalization.quantization },
    inferShape(context) {
      check?.(context.name, context.attributes);
      return [operandType(name, context, 0).shape];
    },
    reference(context, inputs) {
      const x = operand(name, context, inputs, 0);
      const y = emptyTensor(context.outputs[0]);
      const isCodes = computesOnCodes(name, context);
      const mapRow = isCodes ? codes(context, ...quantizations(context)) : real(context.attributes);
      const [low, high] = isCodes ? codeRange(y.dtype as 'int8' | 'uint8') : [-Infinity, Infinity];
      const channels = rowLength(x.shape);
      for (let start = 0; start < x.data.length; start += channels) {
        const map = mapRow(x.data.subarray(start, start + channels));
        for (let i = start; i < start + channels; i++) y.data[i] = clamp(map(x.data[i]), low, high);
      }
      return [y];
    },
    kernels,
    // A row is normalized as a whole.
    partition: elementwisePartition(({ outputs }, axis) => axis < outputs[0].shape.length - 1),
  });
}

function rowsDispatch<A>(
  op: string,
  context: KernelContext<A>,
  shader: string,
  { imports, constants = {}, bindings = [] }: RowSpecialization,
): Dispatch {
  return {
    ...rowsLaunch(op, context, 8, constants),
    shader,
    imports,
    bindings: [{ input: 0 }, { output: 0 }, ...bindings],
  };
}

export function largestOf(row: ArrayLike<number>): number {
  let largest = -Infinity;
  for (let c = 0; c < row.length; c++) largest = Math.max(largest, row[c]);
  return largest;
}

export function sumOf(row: ArrayLike<number>, term: (element: number) => number): number {
  let total = 0;
  for (let c = 0; c < row.length; c++) total += term(row[c]);
  return total;
}
