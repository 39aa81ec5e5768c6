import type { Graph, GraphNode } from '../graph/graph.ts';
import { type Quantization, quantizeValue } from '../tensor/quantization.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';

type Form = 'codes' | 'float32';

/**
 * Writes a graph in which values exist as int8 codes, as float32, or as both. One form of a value keeps its name; the
 * other is made by a conversion node when something first asks for it.
 */
export class GraphWriter {
  readonly #source: Graph;
  readonly #quantizations: ReadonlyMap<string, Quantization>;
  readonly #codesFirst: ReadonlySet<string>;
  readonly #nodes: GraphNode[] = [];
  readonly #values: Record<string, TensorType>;
  readonly #constants: Record<string, Tensor>;
  /** Values, as `name/form`, that have been written. */
  readonly #written = new Set<string>();

  /**
   * @param quantizations of every value that is to have codes
   * @param codesFirst values whose codes keep the name
   */
  constructor(source: Graph, quantizations: ReadonlyMap<string, Quantization>, codesFirst: ReadonlySet<string>) {
    this.#source = source;
    this.#quantizations = quantizations;
    this.#codesFirst = codesFirst;
    this.#values = { ...source.values };
    this.#constants = { ...source.constants };
    for (const name of source.inputs) this.#declare(name, this.#formOf(name));
  }

  /** A node that stays in float32. */
  copyNode(node: GraphNode): void {
    this.#addNode(node, 'float32', new Map());
  }

  /**
   * A node on codes.
   * @param inputs names of constants by slot, where they replace the node's own inputs
   */
  addQuantizedNode(node: GraphNode, inputs: ReadonlyMap<number, string>): void {
    this.#addNode(node, 'codes', inputs);
  }

  addConstant(name: string, tensor: Tensor): string {
    const { data: _, ...type } = tensor;
    this.#values[name] = type;
    this.#constants[name] = tensor;
    return name;
  }

  finish(): Graph {
    for (const name of this.#source.outputs) this.#read(name, this.#formOf(name));
    return { ...this.#source, nodes: this.#nodes, values: this.#values, constants: this.#constants };
  }

  #addNode(node: GraphNode, form: Form, replaced: ReadonlyMap<number, string>): void {
    const inputs = node.inputs.map((name, slot) => replaced.get(slot) ?? (name === '' ? '' : this.#read(name, form)));
    const outputs = node.outputs.map((name) => this.#declare(name, form));
    this.#nodes.push({ ...node, inputs, outputs });
  }

  /** The name of a value in the wanted form, converted when it exists only in the other. */
  #read(name: string, wanted: Form): string {
    const { dtype } = this.#source.values[name];
    // Indices and the like have no codes.
    if (dtype !== 'float32') return name;
    const target = this.#nameOf(name, wanted);
    if (this.#written.has(target)) return target;
    if (Object.hasOwn(this.#source.constants, name)) {
      return wanted === 'float32' ? name : this.#quantizeConstant(name, target);
    }
    const op = wanted === 'codes' ? 'quantize' : 'dequantize';
    const source = this.#nameOf(name, wanted === 'codes' ? 'float32' : 'codes');
    this.#declare(name, wanted);
    const nodeName = firstFree(`${name}/${op}`, (taken) => this.#source.nodes.some((node) => node.name === taken));
    this.#nodes.push({ name: nodeName, op, attributes: {}, inputs: [source], outputs: [target] });
    return target;
  }

  #quantizeConstant(name: string, target: string): string {
    const { shape, data } = this.#source.constants[name];
    const type = this.#typeOf(name, 'codes');
    const { scales, zeroPoints } = type.quantization!;
    this.#written.add(target);
    const codes = Int8Array.from(data, (value) => quantizeValue(value, scales[0], zeroPoints[0], -128, 127));
    return this.addConstant(target, { ...type, shape, data: codes });
  }

  #declare(name: string, form: Form): string {
    const target = this.#nameOf(name, form);
    this.#values[target] = this.#typeOf(name, form);
    this.#written.add(target);
    return target;
  }

  #typeOf(name: string, form: Form): TensorType {
    const type = this.#source.values[name];
    return form === 'codes' ? { dtype: 'int8', shape: type.shape, quantization: this.#quantizations.get(name) } : type;
  }

  #formOf(name: string): Form {
    return this.#codesFirst.has(name) ? 'codes' : 'float32';
  }

  #nameOf(name: string, form: Form): string {
    if (form === this.#formOf(name)) return name;
    const isTaken = (taken: string): boolean => Object.hasOwn(this.#source.values, taken);
    return firstFree(form === 'codes' ? `${name}/int8` : `${name}/float32`, isTaken);
  }
}

/** The name, with underscores after it if the source graph has it already. */
function firstFree(name: string, isTaken: (name: string) => boolean): string {
  return isTaken(name) ? firstFree(`${name}_`, isTaken) : name;
}
