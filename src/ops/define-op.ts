import type { Capabilities, Engine } from '../gpu/capabilities.ts';
import type { Quantization } from '../tensor/quantization.ts';
import type { Rounding } from '../tensor/requantize.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import type { Strided } from './lib/strided.ts';
import type { UnsupportedOperator } from './lib/unsupported-operator.ts';

/** Everything an op needs to know of one of its nodes; plain data. */
export interface OpContext<A> {
  /** Node name, for messages and GPU labels. */
  readonly name: string;
  readonly attributes: A;
  /** Types of the inputs by position; undefined where an optional input is absent. */
  readonly inputs: readonly (TensorType | undefined)[];
  /** Data of the inputs that are constants of the graph, by position. */
  readonly constants: readonly (Tensor | undefined)[];
  readonly outputs: readonly TensorType[];
  readonly rounding: Rounding;
}

/** What a kernel may also look at: the device and the chosen int8 engine. */
export interface KernelContext<A> extends OpContext<A> {
  readonly capabilities: Capabilities;
  readonly engine: Engine;
}

/** One storage buffer of a dispatch. The shader's `@binding(i + 1)` is the i-th entry. */
export type Binding =
  | { readonly input: number }
  | { readonly output: number }
  /** Data made from constants at load time, in the order the kernel reads it; unique `constant` role within the node. */
  | {
      readonly constant: string;
      /** Known before the data is made. */
      readonly sizeBytes: number;
      readonly data: () => Uint32Array | Int32Array | Float32Array;
    };

/** Physical work, to compare with the device's limits. */
export interface Cost {
  /** Arithmetic operations; one multiply-accumulate counts as two. */
  readonly operations: number;
  /** Those of products with weights or of matrices; absent for what has none. */
  readonly multiplyAccumulates?: number;
  /** Bytes that must cross the memory bus at least once. */
  readonly bytes: number;
}

/** One launch of one specialized shader. */
export interface Dispatch {
  /** Text of the `.wgsl` file. */
  readonly shader: string;
  /** New values of the shader's top-level `const`s (numbers) and `alias`es (type names). Unknown names throw. */
  readonly constants?: Readonly<Record<string, number | string>>;
  /** Which file of `shaders/lib` satisfies an import, by the imported name. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Values of the fields of `struct Params` at `@binding(0)`; exactly the struct's fields. */
  readonly params?: Readonly<Record<string, number>>;
  readonly bindings: readonly Binding[];
  readonly workgroups: readonly [number, number, number];
  readonly cost: Cost;
}

/** One way to compute an op on the GPU. */
export interface Kernel<A> {
  /** The shader's file name without `.wgsl`. */
  readonly name: string;
  /** Whether the int8 engine changes this kernel's shader. */
  readonly usesEngine?: boolean;
  accepts(context: KernelContext<A>): boolean;
  dispatch(context: KernelContext<A>): Dispatch;
}

/** A node as an op's fusion rule sees its neighbour. */
export interface Neighbour {
  readonly op: string;
  readonly attributes: object;
  readonly inputs: readonly string[];
  readonly context: OpContext<object>;
}

/** What a node becomes when it absorbs a neighbour. */
export interface Absorbed<A> {
  readonly attributes: A;
  readonly inputs: readonly string[];
}

/** One of the nodes that together compute a node, of the same op. */
export interface NodePart<A> {
  readonly attributes: A;
  /** By position, inputs of the whole node or results of earlier parts. */
  readonly inputs: readonly ({ readonly input: number } | { readonly part: number })[];
  /** Of the last part: the whole node's output. */
  readonly output: TensorType;
}

/** The indices from start to before end of an axis. */
export interface AxisRange {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** A node of the same op that computes some indices of a node's output. */
export interface OutputPart<A> {
  readonly attributes: A;
  /** By position: an input of the whole node, and the indices of it that are read; all of them along axes without a range. */
  readonly inputs: readonly { readonly input: number; readonly ranges?: readonly AxisRange[] }[];
}

/** How an op of a single output computes it in parts, where it or what it reads is larger than a device can bind. */
export interface PartitionRule<A> {
  /** An axis of the output may be cut at multiples of this; undefined where it cannot be cut. */
  unit(context: OpContext<A>, axis: number): number | undefined;
  /**
   * What computes the indices, for a range between two such multiples or up to the end. Computed in parts, an output has
   * the same bytes. Undefined when no node of the op computes them by themselves.
   */
  part(context: OpContext<A>, range: AxisRange): OutputPart<A> | undefined;
}

/** A node of the same op on sources of which its inputs are transposed: for each of their axes, `order` has the source's. */
export interface Reordered<A> {
  readonly attributes: A;
  /** For each axis of the node's output, the axis that it is of what is computed instead; as for the inputs by default. */
  readonly order?: readonly number[];
  /** An order in which the sources' axes have to be put before, for each axis the source's. */
  readonly sourceOrder?: readonly number[];
}

/** How an op takes part when a float32 graph becomes int8. */
export interface QuantizationRule {
  /**
   * Quantization of the output: `calibrated` to the range of its values; `input` where codes are moved or clamped and
   * so keep the first input's; or one that is always the same.
   */
  readonly output: 'calibrated' | 'input' | Quantization;
  /**
   * The first input, where nothing else reads it, is quantized for the output's range: what an activation clamps away
   * needs no codes, and the value that a pad adds needs one.
   */
  readonly inputTakesOutputRange?: boolean;
  /** The inputs that are weights, when they are constants: symmetric codes, along `axis` if per channel, int32 bias. */
  readonly weights?: {
    readonly input: number;
    readonly axis: number;
    readonly bias: number;
    /** Whether float32 layers also read them as float16, or as codes with a scale for all or for each index of `axis`. */
    readonly isCodedToo?: true;
  };
}

export interface OpDefinition<A> {
  readonly name: string;
  /** Shapes of the outputs. @throws ShapeError when the inputs do not fit together */
  inferShape(context: Omit<OpContext<A>, 'outputs' | 'rounding'>): readonly Shape[];
  /** Plain loops on dense host data: the oracle of every kernel, and what folds constants. */
  reference(context: OpContext<A>, inputs: readonly (Tensor | undefined)[]): readonly Tensor[];
  /** Set where the reference takes many steps for an element (products, windows), too many for a stranger's constants. */
  readonly isHeavy?: true;
  /** Set where a node stands for something of a file that no op computes: what that is. */
  standsFor?(attributes: A): UnsupportedOperator;
  /** Set where the output is nothing but the numbers that the input's codes or bits stand for. */
  readonly isDecoder?: true;
  /** Set where float16 is too coarse, or too narrow, for what the op reads and makes (scales): they stay float32. */
  readonly needsFloat32?: true;
  /** How the op is quantized; an op without a rule stays in float32. */
  readonly quantization?: QuantizationRule;
  /** In order of preference; the first that accepts is used. */
  readonly kernels: readonly Kernel<A>[];
  /**
   * Where each input's first quad would lie, counted from the output's, if both were the same bytes of the device: no
   * dispatch is needed where they can be. A single input holds all of the output; several make it up together. Undefined
   * where elements change, or are apart.
   */
  inputOffsets?(context: OpContext<A>): readonly number[] | undefined;
  /** Which elements of the only input the output's are, where that is all the op does, and has strides. */
  elements?(context: OpContext<A>): Strided;
  /** Where all the op does is to put axes in another order: for each axis of the output the input's. */
  permutation?(attributes: A): readonly number[];
  /**
   * How the op computes on sources of which the inputs are transposed; undefined where it cannot. Inputs are those of the
   * node, and broadcast; one of them has as many axes as `order`.
   */
  reorder?(context: OpContext<A>, order: readonly number[]): Reordered<A> | undefined;
  /** Attributes for the same node after its uint8 values became int8; only where the op's rounding depends on the sign. */
  lowerUnsigned?(attributes: A): A;
  /** Attributes for new input types, where an attribute repeats a size (a reshape's batch). */
  adaptAttributes?(before: OpContext<A>, inputs: readonly (TensorType | undefined)[]): A;
  /** Several nodes that compute one of a single output where no launch can (a join of many inputs); undefined if one can. */
  split?(context: OpContext<A>): readonly NodePart<A>[] | undefined;
  /** How the output is computed in parts; without a rule, a node that exceeds a limit of the device cannot run there. */
  readonly partition?: PartitionRule<A>;
  /**
   * Fuses the only consumer of this node's output into this node (an activation, a residual add). `slot` is the
   * consumer's input that this node feeds. The result's output is the consumer's.
   */
  absorbConsumer?(self: Neighbour, consumer: Neighbour, slot: number): Absorbed<A> | undefined;
  /** Fuses the producer of this node's first input into this node (a pad). The result reads the producer's inputs. */
  absorbProducer?(self: Neighbour, producer: Neighbour): Absorbed<A> | undefined;
}

/** Gives an op's literal its type; the place where an op is declared. */
export function defineOp<A extends object>(definition: OpDefinition<A>): OpDefinition<A> {
  return definition;
}
