import type { Device } from '../../src/gpu/device.ts';
import { nodeContext } from '../../src/graph/context.ts';
import type { Graph, GraphNode } from '../../src/graph/graph.ts';
import { getOp } from '../../src/ops/registry.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createSession, type Session } from '../../src/runtime/session.ts';
import { codeRange, isQuantizedDType } from '../../src/tensor/dtype.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import { emptyTensor, type Tensor } from '../../src/tensor/tensor.ts';
import { allowedError, toleranceOf } from './tolerance.ts';

/** Sums up to here do not leave float32, in whatever order they are made. */
const largestSum = 1e37;
/** Devices may take what is smaller for 0. */
const smallestNormal = 2 ** -126;

/**
 * Runs a graph on the device and on the CPU, with inputs drawn from the seed. Where all values are codes the outputs
 * must be the same bytes. Otherwise every layer is compared by itself, on the inputs that it had on the device: codes
 * must be equal, floats within the tolerance table, as far as its numbers are finite and its sums stay within float32.
 * @returns how many layers or outputs were compared
 * @throws Error naming the value that differs
 */
export async function checkSession(device: Device, graph: Graph, seed: number): Promise<number> {
  const inputs = drawInputs(graph, seed);
  const isExact = Object.entries(graph.values).every(
    ([name, { dtype }]) => isQuantizedDType(dtype) || Object.hasOwn(graph.constants, name),
  );
  using session = await createSession(device, graph, { fusion: isExact });
  if (!isExact) return await compareLayers(session, graph, inputs);
  const outputs = await session.run(inputs);
  const reference = runReference(withoutUnreadNodes(graph), inputs);
  for (const name of graph.outputs) expectClose(name, outputs[name], reference.get(name)!, 0);
  return graph.outputs.length;
}

function drawInputs(graph: Graph, seed: number): Record<string, Tensor> {
  const random = createRandom(seed);
  return Object.fromEntries(
    graph.inputs.map((name) => {
      const tensor = emptyTensor(graph.values[name]);
      const { dtype, data } = tensor;
      const [low, high] = dtype === 'int8' || dtype === 'uint8' ? codeRange(dtype) : [-2, 2];
      for (let i = 0; i < data.length; i++) {
        data[i] = dtype === 'float32' ? random.uniform(low, high) : low + random.integer(high - low + 1);
      }
      return [name, tensor];
    }),
  );
}

/** What nothing reads is not computed on the device, and need not have numbers that can be. */
function withoutUnreadNodes(graph: Graph): Graph {
  const read = new Set(graph.outputs);
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    const isRead = outputs.some((name) => read.has(name));
    if (isRead) for (const name of inputs) read.add(name);
    return isRead;
  });
  return { ...graph, nodes: nodes.reverse() };
}

async function compareLayers(session: Session, graph: Graph, inputs: Record<string, Tensor>): Promise<number> {
  const computed = new Map<string, Tensor>();
  for await (const layer of session.layers(inputs)) computed.set(layer.output, await layer.read());
  const values = new Map<string, Tensor>([...Object.entries(graph.constants), ...Object.entries(inputs)]);
  let compared = 0;
  for (const node of withoutUnreadNodes(graph).nodes) {
    const operands = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    const [reference] = getOp(node.op).reference(nodeContext(graph, node), operands);
    const [name] = node.outputs;
    // What depends on constants only was computed when the graph was compiled.
    const actual = computed.get(name) ?? reference;
    values.set(name, actual);
    const terms = termsOf(node, operands, reference);
    if (!(boundOf(operands, terms) < largestSum)) continue;
    const magnitude = largestMagnitude(reference.data);
    const tolerance = toleranceOf(node.op, terms);
    expectClose(name, actual, reference, (want) => allowedError(tolerance, want, magnitude) + terms * smallestNormal);
    compared++;
  }
  return compared;
}

/** How many products or numbers each element of the result sums. */
function termsOf({ op, attributes }: GraphNode, operands: readonly (Tensor | undefined)[], result: Tensor): number {
  const weights = getOp(op).quantization?.weights;
  if (weights !== undefined) return elementCount(operands[weights.input]!.shape) / result.shape.at(-1)!;
  if ('size' in attributes) return elementCount(attributes.size as readonly number[]);
  const [x] = operands;
  return op === 'softmax' ? x!.shape.at(-1)! : Math.max(1, x!.data.length / result.data.length);
}

/** What no intermediate sum exceeds; NaN where an operand is not finite. */
function boundOf(operands: readonly (Tensor | undefined)[], terms: number): number {
  let product = terms;
  for (const operand of operands) {
    if (operand?.dtype === 'float32') product *= 1 + largestMagnitude(operand.data);
  }
  return product;
}

function largestMagnitude(data: Tensor['data']): number {
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  return largest;
}

function expectClose(name: string, actual: Tensor, reference: Tensor, allowed: 0 | ((want: number) => number)): void {
  const isCodes = reference.dtype !== 'float32';
  for (let i = 0; i < reference.data.length; i++) {
    const [got, want] = [actual.data[i], reference.data[i]];
    if (got === want || Math.abs(got - want) <= (isCodes || allowed === 0 ? 0 : allowed(want))) continue;
    throw new Error(`"${name}" differs at ${i}: the device has ${got}, the reference ${want}`);
  }
}
