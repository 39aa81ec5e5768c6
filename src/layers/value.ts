import { ShapeError } from '../errors.ts';
import { getOp } from '../ops/registry.ts';
import type { TensorData } from '../tensor/dtype.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';
import type { Random } from '../tensor/random.ts';

/** A value of a network under construction: its type is known, its numbers come when the graph runs. */
export interface SymbolicValue {
  readonly type: TensorType;
  readonly source: InputSource | LayerCall;
}

/** A place where the caller's data enters. */
export interface InputSource {
  readonly kind: 'input';
  readonly name: string;
}

/** Weights of one layer call: the data itself, or how to draw it. */
export interface Parameter {
  readonly kind: 'parameter';
  /** `weights` or `bias`; the constant is named `<layer>/<role>`. */
  readonly role: string;
  readonly type: TensorType;
  readonly data: TensorData | ((random: Random) => TensorData);
}

/** One application of a layer. */
export interface LayerCall {
  readonly kind: 'layer';
  readonly op: string;
  /** The caller's name; without one the graph numbers the layer from `baseName`. */
  readonly name: string | undefined;
  readonly baseName: string;
  readonly attributes: object;
  readonly operands: readonly (SymbolicValue | Parameter | undefined)[];
}

/** A layer: applied to values, it gives a value. Each application is a node of its own, with weights of its own. */
export type LayerFunction<Inputs extends readonly SymbolicValue[] = [SymbolicValue]> = (
  ...inputs: Inputs
) => SymbolicValue;

/** What every layer accepts. */
export interface LayerOptions {
  /** Name of the node, unique in the graph. Default: the layer's kind, numbered: conv2d, conv2d_1, … */
  readonly name?: string;
}

/**
 * An input of the graph.
 * @param shape every size known, the batch included: [N, H, W, C] for images
 * @param dtype int32 for indices
 * @throws ShapeError when a size is not a positive integer
 */
export function input(name: string, shape: Shape, dtype: 'float32' | 'int32' = 'float32'): SymbolicValue {
  if (shape.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new ShapeError(
      `input "${name}": shape ${formatShape(shape)} has a size that is not a positive integer. Give every size, the batch included.`,
    );
  }
  return { type: { dtype, shape: [...shape] }, source: { kind: 'input', name } };
}

/** Name of a node within a layer of several; the last has the layer's own name. */
export function innerName(name: string | undefined, part: string): string | undefined {
  return name && `${name}/${part}`;
}

/** What `callLayer` needs. */
export interface LayerDescription extends Omit<LayerCall, 'kind' | 'baseName'> {
  /** Default: the op's name with underscores. */
  readonly baseName?: string;
  /** The output's dtype and quantization; by default those of the first operand. */
  readonly output?: Omit<TensorType, 'shape'>;
}

/**
 * Applies an op to its operands and infers the shape of the result.
 * @throws ShapeError when the operands do not fit the op, or when 8-bit codes meet an op that would change their scale
 */
export function callLayer(description: LayerDescription): SymbolicValue {
  const { op, name, attributes, operands, output } = description;
  const baseName = description.baseName ?? op.replaceAll('-', '_');
  const definition = getOp(op);
  const first = operands[0]!.type;
  if (!output && first.dtype !== 'float32' && definition.quantization?.output !== 'input') {
    throw new ShapeError(
      `${op} "${name ?? baseName}": the builder cannot choose a scale for the result of an ${first.dtype} input. ` +
        'Build the network in float32 and use quantize(), or put dequantizeLinear() before this layer.',
    );
  }
  const [shape] = definition.inferShape({
    name: name ?? baseName,
    attributes,
    inputs: operands.map((operand) => operand?.type),
    constants: operands.map(() => undefined),
  });
  const { dtype, quantization } = output ?? first;
  return {
    type: quantization ? { dtype, shape, quantization } : { dtype, shape },
    source: { kind: 'layer', op, name, baseName, attributes, operands },
  };
}
