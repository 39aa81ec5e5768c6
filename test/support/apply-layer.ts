import { validateGraph } from '../../src/graph/validate.ts';
import { model } from '../../src/layers/model.ts';
import { input, type SymbolicValue } from '../../src/layers/value.ts';
import { runReference } from '../../src/runtime/reference.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { elementCount, type Shape } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** Numbers between −1 and 1. */
export function drawFloats(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.uniform(-1, 1));
}

/** What a layer makes of drawn numbers, by the references, and the numbers. */
export interface Applied {
  readonly inputs: readonly Float32Array[];
  readonly output: Tensor;
}

/** Applies a layer to drawn inputs of these shapes. */
export function applyLayer(layer: (...values: SymbolicValue[]) => SymbolicValue, ...shapes: readonly Shape[]): Applied {
  const values = shapes.map((shape, index) => input(`x${index}`, shape));
  const graph = model({ inputs: values, outputs: { y: layer(...values) } });
  validateGraph(graph);
  const inputs = shapes.map((shape, index) => drawFloats(elementCount(shape), index + 1));
  const tensors = shapes.map((shape, index): [string, Tensor] => [
    `x${index}`,
    { dtype: 'float32', shape, data: inputs[index] },
  ]);
  return { inputs, output: runReference(graph, Object.fromEntries(tensors)).get('y')! };
}
