import { FormatError, QuadotError, UnsupportedOpError } from '../../errors.ts';
import type { Graph, GraphNode, GraphState } from '../../graph/graph.ts';
import { nodeContext } from '../../graph/context.ts';
import type { UnsupportedOperator } from '../../ops/lib/unsupported-operator.ts';
import { getOp } from '../../ops/registry.ts';
import { elementCount, formatShape, sameShape, type Shape } from '../../tensor/shape.ts';
import { bytesPerElement } from '../../tensor/dtype.ts';
import { emptyTensor, type Tensor, type TensorType } from '../../tensor/tensor.ts';
import { UniqueNames } from '../unique-names.ts';
import { WorkLimits } from '../work-limits.ts';
import { ConstantCopies, constantTensor } from './constants.ts';
import type { FileModel, FileOperator, FileState, FileTensor, Subgraph } from './model.ts';
import {
  type Constant,
  type Conversion,
  type Convert,
  type Expansion,
  type Operand,
  type OperatorFamily,
  OperatorReader,
  type Step,
  stepsOf,
} from './operator.ts';
import { OtherBatch } from './other-batch.ts';
import { statedTypes } from './families.ts';
import { declaredShape, describeTensor, tensorType } from './tensor.ts';

/** Of the file and of all subgraphs that run, each time anew. */
const MAXIMUM_TENSORS = 2 ** 18;
/** Elements of what is computed at import: lists of sizes are shorter. */
const MAXIMUM_COMPUTED = 64;

/** Puts a graph together in the file's order, so that nothing is used before it is defined, or defined twice. */
export class GraphBuilder implements Expansion {
  readonly #nodes: GraphNode[] = [];
  readonly #values: Record<string, TensorType> = {};
  readonly #constants: Record<string, Tensor> = {};
  readonly #names = new UniqueNames();
  readonly #tensorNames: string[];
  readonly #model: FileModel;
  readonly #subgraphs = new Map<number, Subgraph>();
  readonly #copies: ConstantCopies;
  readonly #limits: WorkLimits;
  /** By each input that is remembered the value that takes its place: itself until something does. */
  readonly #states = new Map<string, string>();
  /** What the operator that is being built has defined so far. */
  #defined: string[] = [];
  readonly #other = new OtherBatch(this.#values, this.#constants);

  constructor(model: FileModel) {
    this.#model = model;
    this.#copies = new ConstantCopies(model.fileBytes);
    this.#limits = new WorkLimits('tflite', model.fileBytes);
    this.#tensorNames = model.tensors.map((tensor) => this.#names.unique(tensor.name, `tensor_${tensor.index}`));
  }

  /** Declares a graph input. @throws FormatError when it is a constant or declared before */
  input(tensor: FileTensor): string {
    const name = this.#define(tensor, tensorType(tensor, undefined, true));
    this.#other.addInput(name);
    return name;
  }

  /** Name of a value that exists; a constant comes into being where it is first named. @throws FormatError when there is none */
  value(tensor: FileTensor, where: string): string {
    const name = this.#tensorNames[tensor.index];
    if (Object.hasOwn(this.#values, name)) return name;
    if (tensor.isVariable || tensor.isShared) return this.#state(tensor, name);
    if (tensor.data === undefined) {
      throw new FormatError(
        `tflite: ${where} uses ${describeTensor(tensor)}, which no earlier operator, input or constant defines. ` +
          'The file is damaged, or its operators are out of order.',
      );
    }
    const type = tensorType(tensor);
    this.#values[name] = type;
    this.#constants[name] = constantTensor(tensor, type, this.#copies);
    return name;
  }

  /** What is remembered between runs is an input that callers may leave out. */
  #state(tensor: FileTensor, name: string): string {
    this.#values[name] = tensorType(tensor, undefined, true);
    this.#states.set(name, name);
    this.#other.addInput(name);
    return name;
  }

  /** Data of a tensor that is a constant of the graph already, or that earlier operators make of constants and shapes. */
  computed(tensor: FileTensor): Tensor | undefined {
    const name = this.#tensorNames[tensor.index];
    return Object.hasOwn(this.#constants, name) ? this.#constants[name] : undefined;
  }

  stored(tensor: FileTensor): Tensor {
    return constantTensor(tensor, tensorType(tensor), this.#copies);
  }

  subgraph(index: number): Subgraph {
    const subgraph = this.#subgraphs.get(index) ?? this.#model.subgraph(index);
    this.#subgraphs.set(index, subgraph);
    return subgraph;
  }

  adopt(tensor: FileTensor): FileTensor {
    const index = this.#tensorNames.length;
    if (index > MAXIMUM_TENSORS) {
      throw new UnsupportedOpError(
        `tflite: the subgraphs that run have more than ${MAXIMUM_TENSORS} tensors together.`,
      );
    }
    this.#tensorNames.push(this.#names.unique(tensor.name, `tensor_${index}`));
    return { ...tensor, index };
  }

  copy(from: FileTensor, to: FileTensor, where: string): void {
    const name = this.value(from, where);
    const { shape } = this.#values[name];
    this.#addStep({ op: 'reshape', attributes: { shape }, operands: [] }, [name], () => to, to, where, undefined);
  }

  /**
   * Adds the nodes of one operator, or nothing.
   * @throws FormatError, ShapeError, UnsupportedOpError where that cannot be
   */
  operator(operator: FileOperator, family: OperatorFamily, convert: Convert, where: string): void {
    const nodeCount = this.#nodes.length;
    this.#defined = [];
    try {
      this.#convert(operator, family, convert, where);
    } catch (error) {
      this.#nodes.length = nodeCount;
      for (const name of this.#defined) {
        delete this.#values[name];
        delete this.#constants[name];
      }
      throw error;
    }
  }

  /**
   * Adds a node that stands for an operator, or for an input of the model, that cannot be built.
   * @param outputs its values as the file states them; those that are defined already are left out
   */
  unsupported(
    inputs: readonly (FileTensor | undefined)[],
    outputs: readonly FileTensor[],
    what: Omit<UnsupportedOperator, 'outputs'>,
  ): void {
    // Both throw where they are to be loaded first.
    getOp('unsupported');
    const { statedValue, stateType } = statedTypes();
    const nameOf = ({ index }: FileTensor): string => this.#tensorNames[index];
    const known = inputs.map((tensor) => {
      if (tensor === undefined) return '';
      try {
        return this.value(tensor, what.operator);
      } catch (error) {
        // A constant of a type that no graph has, or what nothing defines.
        if (!(error instanceof QuadotError)) throw error;
        return '';
      }
    });
    const own = outputs.filter((tensor) => tensor.data === undefined && !Object.hasOwn(this.#values, nameOf(tensor)));
    const attributes: UnsupportedOperator = { ...what, outputs: own.map((tensor) => statedValue(tensor)) };
    const names = own.map(nameOf);
    for (const tensor of own) this.#values[nameOf(tensor)] = stateType(tensor);
    if (names.length === 0) {
      names.push(this.#names.unique(what.operator, 'operator'));
      this.#values[names[0]] = { dtype: 'float32', shape: [1] };
    }
    const node = { name: names[0], op: 'unsupported', attributes, inputs: known, outputs: names };
    this.#nodes.push(node);
    this.#other.addNode(node, undefined);
  }

  #convert(operator: FileOperator, family: OperatorFamily, convert: Convert, where: string): void {
    const { parameters = [], perChannel = [] } = family;
    const inputs = operator.inputs.map((tensor, position) =>
      tensor === undefined || parameters.includes(position) ? '' : this.value(tensor, where),
    );
    const types = inputs.map((name, position) => {
      if (name === '') return undefined;
      const type = this.#values[name];
      if (!perChannel.includes(position)) this.#requireOneScale(name, type, where);
      return type;
    });
    const conversion = convert(types);
    const isOfShapes = 'constant' in conversion && inputs.some((name) => name !== '');
    const other = this.#convertOther(operator, family, inputs, isOfShapes ? convert : undefined);
    if ('constant' in conversion) {
      const [output] = operator.outputs;
      this.#checkDeclared(output, conversion.constant.shape, where);
      const name = this.#define(output, conversion.constant);
      this.#constants[name] = this.#make(conversion, where);
      if (other !== undefined && 'constant' in other) this.#other.addConstant(name, this.#make(other, where));
      return;
    }
    const kept = [...inputs.keys()].filter((position) => !parameters.includes(position));
    while (kept.length > 0 && inputs[kept.at(-1)!] === '') kept.pop();
    for (const name of kept.map((position) => inputs[position])) {
      if (Object.hasOwn(this.#constants, name))
        this.#limits.countConstant(this.#constants[name].data.byteLength, where);
    }
    const { steps, outputs, states = {} } = stepsOf(conversion, kept);
    const otherSteps = other === undefined || 'constant' in other ? undefined : stepsOf(other, kept).steps;
    const isAlike =
      otherSteps === undefined ||
      (otherSteps.length === steps.length &&
        otherSteps.every(({ op, operands }, index) => {
          return op === steps[index].op && !operands.some((operand) => 'constant' in operand);
        }));
    if (!isAlike) this.#other.fix(this.#tensorNames[operator.outputs[0].index]);
    const made = new Map<string, FileTensor>();
    for (const [index, output] of outputs.entries()) {
      const { step, result = 0 } = typeof output === 'number' ? { step: output } : output;
      made.set(`${step} ${result}`, operator.outputs[index]);
    }
    /** Names of results that are remembered. */
    const remembered = new Map<string, string>();
    for (const [position, { step, result = 0 }] of Object.entries(states)) {
      remembered.set(`${step} ${result}`, this.#names.unique(`${inputs[Number(position)]}/next`, 'next'));
    }
    const results: (readonly string[])[] = [];
    const nameOf = (operand: Operand): string => {
      if ('isAbsent' in operand) return '';
      if ('constant' in operand) return this.#addConstant(operand, operator, where);
      return 'step' in operand ? results[operand.step][operand.result ?? 0] : inputs[operand.input];
    };
    for (const [index, step] of steps.entries()) {
      const outputOf = (result: number): FileTensor | string | undefined =>
        made.get(`${index} ${result}`) ?? remembered.get(`${index} ${result}`);
      const otherAttributes = otherSteps?.[index]?.attributes;
      results.push(
        this.#addStep(step, step.operands.map(nameOf), outputOf, operator.outputs[0], where, otherAttributes),
      );
    }
    for (const [position, { step, result = 0 }] of Object.entries(states)) {
      this.#states.set(inputs[Number(position)], results[step][result]);
    }
  }

  /**
   * @param outputOf the operator's output that a result of the step is, or the name that it has for another reason
   * @param first of the operator's outputs, which names results that are none
   * @param otherAttributes those for another batch, where the importer itself would give others
   * @returns the names of the results
   */
  #addStep(
    { op, attributes, results = [] }: Step,
    inputs: readonly string[],
    outputOf: (result: number) => FileTensor | string | undefined,
    first: FileTensor,
    where: string,
    otherAttributes: object | undefined,
  ): readonly string[] {
    const operatorName = this.#tensorNames[first.index];
    const nameOf = (result: number): string => {
      const output = outputOf(result) ?? this.#names.unique(`${operatorName}/${op}`, op);
      return typeof output === 'string' ? output : this.#tensorNames[output.index];
    };
    const name = nameOf(0);
    const shapes = this.#inferShapes(op, attributes, inputs, name);
    const outputs = shapes.map((shape, result) => {
      const output = outputOf(result);
      const own = result === 0 ? name : nameOf(result);
      if (output === undefined || typeof output === 'string') {
        this.#defined.push(own);
        this.#values[own] = { ...(results[result] ?? this.#values[inputs[0]]), shape };
        return own;
      }
      if (getOp(op).quantization?.weights !== undefined) this.#limits.countChannels(shape, where);
      this.#checkDeclared(output, shape, where);
      const type = tensorType(output, shape);
      this.#requireOneScale(own, type, where);
      return this.#define(output, type);
    });
    const node = { name, op, attributes, inputs, outputs };
    if (this.#compute(node, where)) this.#other.addComputed(node, otherAttributes);
    else {
      this.#nodes.push(node);
      this.#other.addNode(node, otherAttributes);
    }
    return outputs;
  }

  /**
   * What an operator would become for another batch, where that says more than what `withBatch` makes of its nodes.
   * @param convert where the operator is computed of shapes alone
   */
  #convertOther(
    operator: FileOperator,
    family: OperatorFamily,
    inputs: readonly string[],
    convert: Convert | undefined,
  ): Conversion | undefined {
    const nameOf = ({ index }: FileTensor): string => this.#tensorNames[index];
    const changes = operator.inputs.some((tensor) => tensor !== undefined && this.#other.changes(nameOf(tensor)));
    if (!changes && convert === undefined) return undefined;
    return this.#other.attempt(nameOf(operator.outputs[0]), () => {
      const types = inputs.map((name) => (name === '' ? undefined : this.#other.type(name)));
      if (!changes) return convert!(types);
      const computed = (tensor: FileTensor): Tensor | undefined => this.#other.constant(nameOf(tensor));
      const stored = (tensor: FileTensor): Tensor => this.stored(tensor);
      const reader = new OperatorReader(operator, family, { computed, stored });
      const conversion = family.read(reader)(types);
      return { ...conversion, following: reader.following };
    });
  }

  #addConstant(constant: Constant, operator: FileOperator, where: string): string {
    const name = this.#names.unique(`${this.#tensorNames[operator.outputs[0].index]}/constant`, 'constant');
    this.#values[name] = constant.constant;
    this.#constants[name] = this.#make(constant, where);
    return name;
  }

  #make({ constant, fill }: Constant, where: string): Tensor {
    this.#limits.countMade(elementCount(constant.shape) * bytesPerElement(constant.dtype), where);
    const tensor = emptyTensor(constant);
    fill(tensor.data);
    return tensor;
  }

  /**
   * Makes constants of what a node computes of a few constants: shapes and what follows from them, which may say how later
   * operators work. Codes are left to the session, which knows how to round.
   */
  #compute(node: GraphNode, where: string): boolean {
    const { op: name, inputs, outputs } = node;
    const op = getOp(name);
    const isFew = [...inputs, ...outputs].every((value) => {
      const { shape, quantization, dtype } = this.#values[value] ?? { dtype: 'int8', shape: [] };
      return (
        quantization === undefined && ['float32', 'int32'].includes(dtype) && elementCount(shape) <= MAXIMUM_COMPUTED
      );
    });
    if (!isFew || op.isHeavy || !inputs.every((input) => Object.hasOwn(this.#constants, input))) return false;
    for (const output of outputs) {
      const { dtype, shape } = this.#values[output];
      this.#limits.countMade(elementCount(shape) * bytesPerElement(dtype), where);
    }
    const context = nodeContext({ name: '', values: this.#values, constants: this.#constants }, node);
    const results = op.reference(context, context.constants);
    outputs.forEach((output, index) => (this.#constants[output] = results[index]));
    return true;
  }

  finish(
    parts: Pick<Graph, 'name' | 'metadata'> &
      Readonly<Record<'inputs' | 'outputs', readonly FileTensor[]>> & { readonly states: readonly FileState[] },
  ): Graph {
    const { name, metadata } = parts;
    const outputs = parts.outputs.map((tensor) => this.value(tensor, 'a graph output'));
    const firsts = new Map<string, Tensor>();
    for (const { input, output, first } of parts.states) {
      const state = this.value(input, 'a variable');
      this.#states.set(state, this.value(output, 'a variable'));
      if (first !== undefined) firsts.set(state, this.#firstState(first, this.#values[state]));
    }
    const states = [...this.#states].map(([input, output]): GraphState => {
      const first = firsts.get(input);
      return { input, output, ...(first && { first }) };
    });
    const fixedBatch = this.#other.fixedBy ?? outputs.find((name) => this.#other.changes(name));
    return {
      name,
      metadata,
      inputs: [...parts.inputs.map((tensor) => this.#tensorNames[tensor.index]), ...this.#states.keys()],
      outputs: [...new Set([...outputs, ...this.#states.values()])],
      ...(states.length > 0 && { states }),
      nodes: this.#nodes,
      values: this.#values,
      constants: this.#constants,
      ...(fixedBatch !== undefined && { fixedBatch }),
    };
  }

  #firstState(tensor: FileTensor, { dtype, shape }: TensorType): Tensor {
    const first = this.stored(tensor);
    if (first.dtype === dtype && sameShape(first.shape, shape)) return first;
    throw new FormatError(
      `tflite: a variable of ${dtype} ${formatShape(shape)} begins as ${describeTensor(tensor)}, ${first.dtype} ${formatShape(first.shape)}.`,
    );
  }

  #define(tensor: FileTensor, type: TensorType): string {
    const name = this.#tensorNames[tensor.index];
    if (tensor.data !== undefined || Object.hasOwn(this.#values, name)) {
      throw new FormatError(
        `tflite: ${describeTensor(tensor)} is defined twice: by an operator or as an input, and by ` +
          `${tensor.data === undefined ? 'another one' : 'constant data'}. The file is damaged.`,
      );
    }
    this.#defined.push(name);
    this.#values[name] = type;
    return name;
  }

  #inferShapes(op: string, attributes: object, inputs: readonly string[], name: string): readonly Shape[] {
    return getOp(op).inferShape({
      name,
      attributes,
      inputs: inputs.map((input) => (input === '' ? undefined : this.#values[input])),
      constants: inputs.map((input) => (Object.hasOwn(this.#constants, input) ? this.#constants[input] : undefined)),
    });
  }

  /** Axes that count for nothing may differ, as they do for TFLite itself, which computes all shapes anew. */
  #checkDeclared(tensor: FileTensor, shape: Shape, where: string): void {
    // No axes: a scalar, or a file that does not say.
    const isOpen = tensor.dynamicAxes.length > 0 || tensor.shape.length === 0;
    if (isOpen || elementCount(declaredShape(tensor)) === elementCount(shape)) return;
    throw new FormatError(
      `tflite: ${where}: its inputs give ${formatShape(shape)}, the file says ${formatShape(tensor.shape)}. ` +
        'The file is damaged, or was resized without its later shapes.',
    );
  }

  #requireOneScale(name: string, { quantization }: TensorType, where: string): void {
    if (quantization === undefined || quantization.scales.length === 1) return;
    throw new FormatError(
      `tflite: ${where}: "${name}" has ${quantization.scales.length} scales; only weights and biases may have more than one.`,
    );
  }
}
