import { FormatError, UnsupportedOpError } from '../../errors.ts';
import type { Activation } from '../../ops/lib/activation.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { TensorData } from '../../tensor/dtype.ts';
import type { Tensor, TensorType } from '../../tensor/tensor.ts';
import type { OpUse } from '../op-use.ts';
import { integerConstant, numberConstant } from './constants.ts';
import { Table, type TableSchema } from './flatbuffer.ts';
import { readFlexbufferMap } from './flexbuffer.ts';
import type { FileModel, FileOperator, FileTensor, Subgraph } from './model.ts';
import { activationTypes } from './schema.ts';
import { describeTensor } from './tensor.ts';

/** What a step makes; the first where there is no `result`. */
export interface Result {
  readonly step: number;
  readonly result?: number;
}

/** A value that the file does not hold as one. It is allocated when it is counted, full of zeros. */
export interface Constant {
  readonly constant: TensorType;
  /** Writes its elements. */
  readonly fill: (data: TensorData) => void;
}

/** One input of the operator by its position, the result of an earlier step, a constant, or nothing where an op may do without. */
export type Operand = { readonly input: number } | Result | Constant | { readonly isAbsent: true };

export const absent: Operand = { isAbsent: true };

/** One of the nodes that an operator becomes. */
export type Step = OpUse & {
  readonly operands: readonly Operand[];
  /**
   * Element type and quantization of results that are no outputs of the operator; those of the first operand by
   * default, which is right for what moves elements.
   */
  readonly results?: readonly Omit<TensorType, 'shape'>[];
};

/** The nodes that an operator becomes together, and what of each step is which output; a number is a step of one result. */
export interface Steps {
  readonly steps: readonly Step[];
  readonly outputs: readonly (number | Result)[];
  /** By the position of an input that is a state, what the operator leaves there. */
  readonly states?: Readonly<Record<number, Result>>;
}

/**
 * The one node that an operator becomes, on all its inputs but the parameters; or several, and then those on its first
 * output, each on the result of the one before; or what it always computes.
 */
export type Conversion = (OpUse | Steps | Constant) & { readonly following?: readonly OpUse[] };

/** Second half of a conversion, once the shapes of the inputs are known. Inputs by the operator's positions. */
export type Convert = (inputs: readonly (TensorType | undefined)[]) => Conversion;

/** The element that stands for 0; `type` is its type, or that of others like it. */
export function zeroOf(type: TensorType, shape: Shape = []): Constant {
  return { constant: { ...type, shape }, fill: (data) => data.fill(type.quantization?.zeroPoints[0] ?? 0) };
}

/** A step on the first input, and those after it each on the result of the one before; the last makes the output. */
export function chain(...uses: readonly OpUse[]): Steps {
  const steps = uses.map((use, index): Step => {
    const operand: Operand = index === 0 ? { input: 0 } : { step: index - 1 };
    return { ...use, operands: [operand] };
  });
  return { steps, outputs: [steps.length - 1] };
}

/** The steps, and more on the first output, each on the result of the one before; the last makes that output. */
export function followedBy({ steps, outputs, states }: Steps, uses: readonly OpUse[] = []): Steps {
  const [first, ...others] = outputs;
  let last: Result = typeof first === 'number' ? { step: first } : first;
  const more = uses.map((use, index): Step => {
    const operands = [last];
    last = { step: steps.length + index };
    return { ...use, operands };
  });
  return { steps: [...steps, ...more], outputs: [last, ...others], states };
}

/**
 * All steps of a conversion, those that follow included.
 * @param kept positions of the inputs of an operator that becomes one node
 */
export function stepsOf(conversion: Exclude<Conversion, Constant>, kept: readonly number[]): Steps {
  return followedBy(
    'steps' in conversion
      ? conversion
      : { steps: [{ ...conversion, operands: kept.map((input) => ({ input })) }], outputs: [0] },
    conversion.following,
  );
}

/** The same elements under another shape. */
export function reshapeTo(shape: Shape): OpUse {
  return { op: 'reshape', attributes: { shape } };
}

/** What comes in an operator's place, in order: other operators, and what follows from those before it. */
export type Expanded = readonly (FileOperator | Continuation)[];

/** The rest of an operator that was expanded. */
export interface Continuation {
  readonly operator: FileOperator;
  /** @throws UnsupportedOpError as `expand` */
  readonly resume: () => Expanded;
}

/** What an operator that runs subgraphs needs of the import. */
export interface Expansion extends KnownConstants {
  /** One of the file's; the same each time. */
  subgraph(index: number): Subgraph;
  /** The tensor of a subgraph as one of its own. */
  adopt(tensor: FileTensor): FileTensor;
  /** Gives a tensor the value of another. */
  copy(from: FileTensor, to: FileTensor, where: string): void;
}

/** How one or more TFLite operators become graph nodes; one file of `operators/` each. */
export interface OperatorFamily {
  /** BuiltinOperator names; of a custom operator, `CUSTOM` and its code. */
  readonly types: readonly string[];
  /** Fewest and most inputs; those from the fewest on are optional. Infinity where there is no limit. */
  readonly inputCount: readonly [number, number];
  /** Whether INT32 may be among its values: it moves elements, or computes shapes and indices. */
  readonly takesInt32?: boolean;
  /** Whether FLOAT16 constants may be among its values. */
  readonly takesFloat16?: boolean;
  /** Fewest and most outputs; one by default. */
  readonly outputCount?: readonly [number, number];
  /** Positions of inputs that say how the operator works: constants read at import, not values of the graph. */
  readonly parameters?: readonly number[];
  /** Positions of inputs that may have a scale per index of an axis; all other values have one scale. */
  readonly perChannel?: readonly number[];
  /** Positions of inputs that hold what the operator remembers between runs. */
  readonly states?: readonly number[];
  /**
   * What an operator that runs subgraphs of the file becomes, before it is read.
   * @throws UnsupportedOpError where that is not known before the model runs
   */
  expand?(operator: FileOperator, expansion: Expansion): Expanded;
  /** A file with those operators put together again that are parts of one, of which this family's are some. */
  merge?(model: FileModel): FileModel;
  /**
   * Checks and reads what does not depend on shapes.
   * @throws UnsupportedOpError for what this library cannot do; the importer reports those of all operators together
   * @throws FormatError for what no operator can be
   */
  read(operator: OperatorReader): Convert;
}

/** Name and number of a member of the BuiltinOptions union, and its fields. */
export interface OptionsSchema<F extends string> extends TableSchema<F> {
  readonly unionType: number;
}

/** A member of BuiltinOptions that an operator family reads. */
export function optionsSchema<F extends string>(
  unionType: number,
  table: string,
  fields: Readonly<Record<F, number>>,
): OptionsSchema<F> {
  return { unionType, table, fields };
}

/** What is known of tensors before the model runs. */
export interface KnownConstants {
  /** What earlier operators make of constants and shapes alone. */
  computed(tensor: FileTensor): Tensor | undefined;
  /** A constant of the file, copied once for all operators. */
  stored(tensor: FileTensor): Tensor;
}

/** What an operator family is shown of one operator of the file. */
export class OperatorReader {
  readonly type: string;
  /** `CONV_2D "model/conv1" (operator 3)` for messages. */
  readonly where: string;
  readonly inputs: readonly (FileTensor | undefined)[];
  /** The first, and in most cases only, output. */
  readonly output: FileTensor;
  readonly outputs: readonly FileTensor[];
  /** What the fused activation becomes where it is not a clamp. */
  following: readonly OpUse[] = [];
  /** See FileOperator. */
  readonly dilation: FileOperator['dilation'];
  /** Whether a parameter was asked for that is not known before the model runs. */
  lacksParameter = false;
  readonly #table: FileOperator['table'];
  readonly #known: KnownConstants;

  /** @throws FormatError when the operator has other inputs or outputs than its kind allows */
  constructor(operator: FileOperator, family: OperatorFamily, known: KnownConstants) {
    const { type, index, inputs, outputs, table, dilation } = operator;
    this.type = type;
    this.where = `${type} "${outputs[0]?.name ?? ''}" (operator ${index})`;
    this.inputs = inputs;
    this.dilation = dilation;
    this.#table = table;
    this.#known = known;
    const [fewest, most] = family.inputCount;
    const [fewestOutputs, mostOutputs] = family.outputCount ?? [1, 1];
    const missing = inputs.findIndex((input, position) => input === undefined && position < fewest);
    const inputsFit = inputs.length >= fewest && inputs.length <= most && missing < 0;
    if (!inputsFit || outputs.length < fewestOutputs || outputs.length > mostOutputs) {
      throw new FormatError(
        `tflite: ${this.where} has ${inputs.length} inputs${missing >= 0 ? `, input ${missing} absent,` : ''} and ` +
          `${outputs.length} outputs; it needs ${fewest}${most > fewest ? ` to ${most}` : ''} inputs and ` +
          `${fewestOutputs === 1 ? 'one' : fewestOutputs}${mostOutputs > fewestOutputs ? ` to ${mostOutputs}` : ''} ` +
          `output${mostOutputs > 1 ? 's' : ''}.`,
      );
    }
    this.output = outputs[0];
    this.outputs = outputs;
  }

  /** The operator's options; all defaults when the file has none. @throws FormatError for another operator's options */
  options<F extends string>(schema: OptionsSchema<F>): Table<F> {
    const type = this.#table.uint8('builtin_options_type');
    if (type === 0) return new Table(this.#table.file, schema, null);
    if (type !== schema.unionType) {
      throw new FormatError(
        `tflite: ${this.where} has options of type ${type}, expected ${schema.unionType} (${schema.table}).`,
      );
    }
    return this.#table.table('builtin_options', schema) ?? new Table(this.#table.file, schema, null);
  }

  /** The numbers among a custom operator's options by their names. @throws FormatError when they cannot be read */
  customOptions(): ReadonlyMap<string, number> {
    return readFlexbufferMap(this.customBytes(), `tflite: ${this.where}`);
  }

  /** A custom operator's options as the file has them. */
  customBytes(): Uint8Array {
    return this.#table.bytes('custom_options') ?? new Uint8Array();
  }

  /** The tensor at a position that must be there. */
  input(position: number): FileTensor {
    const tensor = this.inputs[position];
    if (tensor === undefined) throw new FormatError(`tflite: ${this.where} has no input ${position}.`);
    return tensor;
  }

  /** The integers of a parameter input. @throws UnsupportedOpError when they are computed at run time */
  integers(position: number): number[] {
    const tensor = this.input(position);
    const values = integerConstant(tensor, this.#known.computed(tensor));
    if (values === undefined) throw this.#unknown(position);
    return values;
  }

  /** The one number that a parameter input is; of codes, the real one. @throws UnsupportedOpError as `integers` */
  number(position: number): number {
    const tensor = this.input(position);
    const value = numberConstant(tensor, this.#known.computed(tensor), `tflite: ${this.where}`);
    if (value === undefined) throw this.#unknown(position);
    return value;
  }

  /**
   * An input that is a constant, or made of constants and shapes alone; its elements are read when it is asked for, which
   * `convert` may do.
   * @throws UnsupportedOpError as `integers`
   */
  constant(position: number): () => Tensor {
    const constant = this.knownConstant(position);
    if (constant === undefined) throw this.#unknown(position);
    return constant;
  }

  /** As `constant`; undefined where it is computed at run time. */
  knownConstant(position: number): (() => Tensor) | undefined {
    const tensor = this.input(position);
    const computed = this.#known.computed(tensor);
    if (computed !== undefined) return () => computed;
    return tensor.data === undefined ? undefined : () => this.#known.stored(tensor);
  }

  /**
   * The activation fused into the operator; one that is not a clamp becomes `following`.
   * @throws UnsupportedOpError for one that does not exist, or has no scale for what it reads
   */
  activation(type: number): Activation {
    const following = functions.get(activationTypes[type]);
    if (following === undefined || this.output.type !== 'FLOAT32') return this.clamp(type);
    this.following = following;
    return 'none';
  }

  /** An activation that must be a clamp. @throws UnsupportedOpError for any other */
  clamp(type: number): Activation {
    const name = activationTypes[type] ?? String(type);
    const activation = activations.get(name);
    if (activation === undefined) throw this.unsupported(`the fused activation ${name}`);
    return activation;
  }

  #unknown(position: number): UnsupportedOpError {
    this.lacksParameter = true;
    const what = describeTensor(this.input(position));
    return this.unsupported(`its input ${position}, ${what}, is computed at run time, not constant`);
  }

  unsupported(what: string): UnsupportedOpError {
    return new UnsupportedOpError(`${this.where}: ${what}`);
  }
}

const activations: ReadonlyMap<string, Activation> = new Map([
  ['NONE', 'none'],
  ['RELU', 'relu'],
  ['RELU6', 'relu6'],
  ['RELU_N1_TO_1', 'relu-n1-to-1'],
] as const);

const functions: ReadonlyMap<string, readonly OpUse[]> = new Map<string, readonly OpUse[]>([
  ['TANH', [{ op: 'tanh', attributes: {} }]],
  // 1 for negative numbers, else 0.
  [
    'SIGN_BIT',
    [
      { op: 'neg', attributes: {} },
      { op: 'sign', attributes: {} },
      { op: 'relu', attributes: { activation: 'relu' } },
    ],
  ],
]);
