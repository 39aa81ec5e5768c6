import type { Tensor, TensorType } from '../tensor/tensor.ts';

/** One operation. Names of values, not references, tie nodes together. */
export interface GraphNode {
  /** Unique within the graph. */
  readonly name: string;
  /** Name of an op of the registry. */
  readonly op: string;
  readonly attributes: object;
  /** Value names by position; an empty string where an optional input is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What a run leaves in an output, and the next one of the same stream takes as an input. */
export interface GraphState {
  readonly input: string;
  /** Of the input's type. */
  readonly output: string;
  /** What the first run takes; zeros where absent. */
  readonly first?: Tensor;
}

/**
 * A network as immutable plain data. Importers, the layer builder and every pass produce one; nothing mutates one.
 * Activations are [N, H, W, C], convolution weights [O, kH, kW, C].
 */
export interface Graph {
  readonly name: string;
  /** In topological order. */
  readonly nodes: readonly GraphNode[];
  /** Type of every value that a node, an input or an output names, constants included. */
  readonly values: Readonly<Record<string, TensorType>>;
  readonly constants: Readonly<Record<string, Tensor>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Inputs and outputs that hold what the network remembers from one run to the next; absent where it remembers nothing. */
  readonly states?: readonly GraphState[];
  /** Name of a value that was computed of the batch at import, so that the graph holds for that batch alone. */
  readonly fixedBatch?: string;
  /** Free text that travels with the model: its origin, its labels. */
  readonly metadata: Readonly<Record<string, string>>;
}
