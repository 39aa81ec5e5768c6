import { FormatError, ShapeError } from '../errors.ts';
import { sameEncoding } from '../ops/lib/operands.ts';
import { getOp } from '../ops/registry.ts';
import { codeRange, type DType, dtypeOf } from '../tensor/dtype.ts';
import { entryCount, type Quantization } from '../tensor/quantization.ts';
import { elementCount, formatShape, sameShape } from '../tensor/shape.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import { nodeContext } from './context.ts';
import type { Graph, GraphNode } from './graph.ts';

/** What a device's 32-bit indices reach. */
const maxElements = 2 ** 31 - 1;

/**
 * Checks what every pass and the runtime rely on: each value has one definition, before its first use, and a type with
 * usable sizes and quantization; constants are as long as their shapes; every shape is what its op infers.
 * @throws FormatError for definitions, order and quantization parameters
 * @throws ShapeError for sizes that do not fit together
 * @throws UnsupportedOpError for an op that does not exist
 */
export function validateGraph(graph: Graph): void {
  const where = `graph "${graph.name}"`;
  const defined = new Set<string>();
  const define = (name: string, what: string): void => {
    // In the plain objects that hold values, this one name is no key.
    if (name === '__proto__') throw new FormatError(`${where}: ${what} is called "__proto__". Rename it.`);
    if (name === '') throw new FormatError(`${where}: ${what} has an empty name. Name every value.`);
    if (defined.has(name)) {
      throw new FormatError(`${where}: ${what} defines "${name}", which is defined already. Rename one of the two.`);
    }
    validateType(`${where}: value "${name}"`, typeOf(graph, name));
    defined.add(name);
  };
  const use = (name: string, what: string): void => {
    if (defined.has(name)) return;
    throw new FormatError(
      `${where}: ${what} uses "${name}", which nothing before it defines. Order the nodes topologically.`,
    );
  };

  for (const [name, tensor] of Object.entries(graph.constants)) {
    define(name, 'a constant');
    validateConstant(`${where}: constant "${name}"`, typeOf(graph, name), tensor);
  }
  for (const name of graph.inputs) define(name, 'an input');
  const nodeNames = new Set<string>();
  for (const node of graph.nodes) {
    if (nodeNames.has(node.name)) {
      throw new FormatError(`${where}: two nodes are called "${node.name}". Node names are unique.`);
    }
    nodeNames.add(node.name);
    const what = `${node.op} "${node.name}"`;
    for (const name of node.inputs) if (name !== '') use(name, what);
    for (const name of node.outputs) define(name, what);
    validateNode(graph, node);
  }
  for (const name of graph.outputs) use(name, 'the list of outputs');
  for (const { input, output } of graph.states ?? []) {
    const [from, to] = [graph.outputs.includes(output), graph.inputs.includes(input)];
    const [made, taken] = [graph.values[output], graph.values[input]];
    if (from && to && made.dtype === taken.dtype && sameShape(made.shape, taken.shape) && sameEncoding(made, taken))
      continue;
    throw new FormatError(
      `${where}: a state goes from "${output}" to "${input}", which must be an output and an input of one type.`,
    );
  }
}

function typeOf(graph: Graph, name: string): TensorType {
  if (Object.hasOwn(graph.values, name)) return graph.values[name];
  throw new FormatError(`graph "${graph.name}": value "${name}" has no type. Add it to \`values\`.`);
}

function validateNode(graph: Graph, node: GraphNode): void {
  const what = `${node.op} "${node.name}"`;
  const context = nodeContext(graph, node);
  const shapes = getOp(node.op).inferShape(context);
  if (shapes.length !== node.outputs.length) {
    throw new ShapeError(
      `${what}: the node has ${node.outputs.length} outputs, its op computes ${shapes.length}. Name each of them.`,
    );
  }
  for (const [index, shape] of shapes.entries()) {
    const declared = context.outputs[index].shape;
    if (sameShape(shape, declared)) continue;
    throw new ShapeError(
      `${what}: output "${node.outputs[index]}" has the shape ${formatShape(declared)}, its inputs give ` +
        `${formatShape(shape)}. Propagate the shapes anew.`,
    );
  }
}

function validateType(where: string, { dtype, shape, quantization }: TensorType): void {
  if (!shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw new ShapeError(`${where} has the shape ${formatShape(shape)}. Sizes are positive integers.`);
  }
  if (elementCount(shape) > maxElements) {
    throw new ShapeError(
      `${where} has the shape ${formatShape(shape)}, ${elementCount(shape)} elements. At most ${maxElements} can be ` +
        'addressed: use a smaller batch or model.',
    );
  }
  if (quantization !== undefined) validateQuantization(where, dtype, shape, quantization);
}

function validateConstant(where: string, type: TensorType, tensor: Tensor): void {
  if (!sameShape(tensor.shape, type.shape) || tensor.dtype !== type.dtype || dtypeOf(tensor.data) !== type.dtype) {
    throw new ShapeError(
      `${where} is ${dtypeOf(tensor.data)} data as ${tensor.dtype} ${formatShape(tensor.shape)}, its type is ` +
        `${type.dtype} ${formatShape(type.shape)}. Give both the same.`,
    );
  }
  const count = elementCount(type.shape);
  if (tensor.data.length !== count) {
    throw new ShapeError(
      `${where} has ${tensor.data.length} elements, ${formatShape(type.shape)} needs ${count}. Check the data.`,
    );
  }
}

function validateQuantization(where: string, dtype: DType, shape: readonly number[], quantization: Quantization): void {
  const { scales, zeroPoints, axis, blockSize } = quantization;
  if (dtype === 'float32' || dtype === 'float16') {
    throw new FormatError(`${where} is ${dtype} and has a quantization. Remove one of the two.`);
  }
  if (blockSize !== undefined && !(Number.isInteger(blockSize) && blockSize > 0 && axis !== undefined)) {
    throw new FormatError(
      `${where} is quantized in blocks of ${blockSize} along axis ${axis}. Give both, whole numbers.`,
    );
  }
  const count = axis === undefined || axis in shape ? entryCount(quantization, shape) : undefined;
  if (scales.length !== count || zeroPoints.length !== count) {
    throw new FormatError(
      `${where} ${formatShape(shape)} has ${scales.length} scales and ${zeroPoints.length} zero points, expected ` +
        `${count ?? 'an axis of the shape'}${axis === undefined ? ' for the whole tensor' : ` along axis ${axis}`}.`,
    );
  }
  const badScale = scales.find((scale) => !(scale > 0 && Number.isFinite(scale) && Math.fround(scale) === scale));
  if (badScale !== undefined) {
    throw new FormatError(`${where} has the scale ${badScale}. Scales are positive finite float32 numbers.`);
  }
  // 16-bit codes are held by int32.
  const [low, high] = dtype === 'int32' ? [-(2 ** 15), 2 ** 15 - 1] : codeRange(dtype);
  const badZeroPoint = zeroPoints.find((zero) => !(Number.isInteger(zero) && zero >= low && zero <= high));
  if (badZeroPoint !== undefined) {
    throw new FormatError(
      `${where} has the zero point ${badZeroPoint}. A zero point of ${dtype} is an integer from ${low} to ${high}.`,
    );
  }
}
