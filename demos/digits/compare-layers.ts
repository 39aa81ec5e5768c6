import type { Device, Graph, Tensor } from 'quadot';
import { createSession, runReference } from 'quadot';

/** How one layer's numbers on the GPU compare with the CPU reference. */
export interface LayerComparison {
  readonly name: string;
  readonly op: string;
  readonly kernel: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elapsedMicros: number;
  /** Elements that differ: any difference for integers, more than `floatTolerance` of the largest for float32. */
  readonly mismatches: number;
}

/** Rounding of sums in another order; relative to the layer's largest number. */
const floatTolerance = 1e-5;

/** Runs a graph layer by layer on the device and compares every value with the CPU reference. */
export async function compareLayers(
  device: Device,
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
): Promise<readonly LayerComparison[]> {
  const expected = runReference(graph, inputs);
  const session = await createSession(device, graph);
  // So that no layer's time includes what a driver does once.
  await session.warmUp();
  const comparisons: LayerComparison[] = [];
  for await (const layer of session.layers(inputs)) {
    const { name, op, kernel, dtype, shape, elapsedMicros } = layer;
    const mismatches = countMismatches(await layer.read(), expected.get(layer.output)!);
    comparisons.push({ name, op, kernel, dtype, shape, elapsedMicros, mismatches });
  }
  session.destroy();
  return comparisons;
}

function countMismatches(actual: Tensor, expected: Tensor): number {
  let largest = 0;
  for (const value of expected.data) largest = Math.max(largest, Math.abs(value));
  const allowed = expected.dtype === 'float32' ? floatTolerance * largest : 0;
  let mismatches = 0;
  for (const [index, value] of expected.data.entries()) {
    // Written so that a NaN counts.
    if (!(Math.abs(actual.data[index] - value) <= allowed)) mismatches++;
  }
  return mismatches;
}
