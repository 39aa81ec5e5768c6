import { expect, test } from 'vitest';
import type { Graph, GraphNode } from '../../../src/graph/graph.ts';
import { keepCodedWeights } from '../../../src/graph/keep-coded-weights.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import { toFloat16Bits } from '../../../src/tensor/float16.ts';
import type { Quantization } from '../../../src/tensor/quantization.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';

const perRow: Quantization = { scales: [0.5, 2], zeroPoints: [0, 0], axis: 0 };

function codes(quantization: Quantization): Tensor {
  return { dtype: 'int8', shape: [2, 2], quantization, data: Int8Array.of(1, 2, -3, 100) };
}

const halves: Tensor = { dtype: 'float16', shape: [2, 2], data: Uint16Array.from([1, -2, 0.5, 8], toFloat16Bits) };

/** A product by decoded weights. */
function decoded(weights: Tensor, others: readonly GraphNode[] = []): Graph {
  const { data: _, ...type } = weights;
  const float = { dtype: 'float32', shape: [2, 2] } as const;
  return {
    name: 'decoded',
    nodes: [
      { name: 'decode', op: 'dequantize', attributes: {}, inputs: ['codes'], outputs: ['w'] },
      { name: 'product', op: 'matmul', attributes: { activation: 'none' }, inputs: ['x', 'w'], outputs: ['y'] },
      ...others,
    ],
    values: { x: float, codes: type, w: float, y: float, z: float },
    constants: { codes: weights },
    inputs: ['x'],
    outputs: others.length > 0 ? ['z'] : ['y'],
    metadata: {},
  };
}

const x: Tensor = { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };

test.each([
  ['halves', halves, true],
  ['codes with a scale', codes({ scales: [0.25], zeroPoints: [0] }), true],
  ['codes with a scale for each output', codes(perRow), true],
  ['codes with a scale for each input', codes({ ...perRow, axis: 1 }), false],
  ['codes in blocks', codes({ scales: [1, 2, 3, 4], zeroPoints: [0, 0, 0, 0], axis: 1, blockSize: 1 }), false],
  ['codes with a zero point', codes({ scales: [0.25], zeroPoints: [1] }), false],
])('%s', (_, weights, isKept) => {
  const graph = decoded(weights);
  const kept = keepCodedWeights(graph);
  expect(kept.nodes[1].inputs).toEqual(['x', isKept ? 'codes' : 'w']);
  expect(runReference(kept, { x }).get('y')).toEqual(runReference(graph, { x }).get('y'));
});

test('who else reads the decoded weights still does', () => {
  const add = { name: 'add', op: 'add', attributes: { activation: 'none' }, inputs: ['y', 'w'], outputs: ['z'] };
  const graph = decoded(halves, [add]);
  const kept = keepCodedWeights(graph);
  expect(kept.nodes.map(({ inputs }) => inputs)).toEqual([['codes'], ['x', 'codes'], ['y', 'w']]);
  expect(runReference(kept, { x }).get('z')).toEqual(runReference(graph, { x }).get('z'));
});

test('a graph without decoded weights is the same object', () => {
  const graph = decoded(codes({ scales: [0.25], zeroPoints: [1] }));
  expect(keepCodedWeights(graph)).toBe(graph);
});
