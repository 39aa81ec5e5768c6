import { ShapeError } from '../../src/errors.ts';
import type { Graph, GraphNode } from '../../src/graph/graph.ts';
import { getOp } from '../../src/ops/registry.ts';
import { allocateData, type DType } from '../../src/tensor/dtype.ts';
import { perTensor } from '../../src/tensor/quantization.ts';
import { createRandom, type Random } from '../../src/tensor/random.ts';
import { elementCount, type Shape } from '../../src/tensor/shape.ts';
import type { Tensor, TensorType } from '../../src/tensor/tensor.ts';

/** Grows a graph node by node; shapes follow from the ops, constants are drawn from the seed. */
export class GraphChain {
  /** The value that the next node reads first. */
  current = 'x';
  readonly #values: Record<string, TensorType>;
  readonly #constants: Record<string, Tensor> = {};
  readonly #nodes: GraphNode[] = [];
  readonly #random: Random;

  constructor(dtype: 'int8' | 'float32', shape: Shape, seed: number) {
    this.#random = createRandom(seed);
    this.#values = { x: activation(dtype, shape) };
  }

  /** Names of the values that are computed or given, oldest first. */
  get activations(): readonly string[] {
    return Object.keys(this.#values).filter((name) => !Object.hasOwn(this.#constants, name));
  }

  type(name: string = this.current): TensorType {
    return this.#values[name];
  }

  /** A drawn constant. Weights of int8 layers are quantized along an axis. */
  constant(dtype: DType, shape: Shape, axis?: number): string {
    const name = `constant${Object.keys(this.#constants).length}`;
    const data = allocateData(dtype, elementCount(shape));
    for (let i = 0; i < data.length; i++) {
      data[i] = dtype === 'float32' ? this.#random.uniform(-1, 1) : this.#random.integer(200) - 100;
    }
    let type: TensorType = dtype === 'int8' ? activation(dtype, shape) : { dtype, shape };
    if (axis !== undefined && dtype === 'int8') {
      const scales = Array.from({ length: shape[axis] }, () => Math.fround(this.#random.uniform(0.001, 0.01)));
      const zeroPoints = scales.map(() => this.#random.integer(3) - 1);
      type = { dtype, shape, quantization: { scales, zeroPoints, axis } };
    }
    this.#values[name] = type;
    this.#constants[name] = { ...type, data };
    return name;
  }

  /** Adds a node, or nothing where the op refuses the shapes. */
  add(op: string, attributes: object, more: readonly string[] = [], dtype: DType = this.type().dtype): void {
    this.node(op, attributes, [this.current, ...more], dtype);
  }

  node(op: string, attributes: object, inputs: readonly string[], dtype: DType = this.type().dtype): void {
    const name = `${op}${this.#nodes.length}`;
    const types = inputs.map((input) => (input === '' ? undefined : this.#values[input]));
    let shape: Shape;
    try {
      [shape] = getOp(op).inferShape({ name, attributes, inputs: types, constants: [] });
    } catch (error) {
      if (error instanceof ShapeError) return;
      throw error;
    }
    const rule = getOp(op).quantization?.output;
    const [first] = types;
    const kept = rule === 'input' && first !== undefined && dtype === first.dtype;
    this.#values[name] = kept ? { ...first, shape } : activation(dtype, shape, 0.05 + 0.01 * this.#nodes.length);
    this.#nodes.push({ name, op, attributes, inputs, outputs: [name] });
    this.current = name;
  }

  graph(outputs: readonly string[] = [this.current]): Graph {
    return {
      name: 'chain',
      nodes: this.#nodes,
      values: this.#values,
      constants: this.#constants,
      inputs: ['x'],
      outputs,
      metadata: {},
    };
  }

  /** Data for the input. */
  input(): Tensor {
    const { dtype, shape } = this.#values['x'];
    const data = allocateData(dtype, elementCount(shape));
    for (let i = 0; i < data.length; i++) {
      data[i] = dtype === 'float32' ? this.#random.uniform(-1, 1) : this.#random.integer(256) - 128;
    }
    return { ...this.#values['x'], data };
  }
}

function activation(dtype: DType, shape: Shape, scale = 0.04): TensorType {
  if (dtype !== 'int8') return { dtype, shape };
  return { dtype, shape, quantization: perTensor(Math.fround(scale), -5) };
}
