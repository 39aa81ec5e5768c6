import { describe, expect, test } from 'vitest';
import { fuse } from '../../../src/graph/fuse.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import type { TensorType } from '../../../src/tensor/tensor.ts';
import { float32, int8 } from '../../support/codes.ts';

/** relu6(a + b). */
function addThenRelu(sum: Omit<TensorType, 'shape'>, result: Omit<TensorType, 'shape'>): Graph {
  const shape = [2, 3];
  const input = sum.dtype === 'int8' ? int8(0.1, 3) : float32;
  return {
    name: 'add then relu',
    nodes: [
      { name: 'add', op: 'add', attributes: { activation: 'none' }, inputs: ['a', 'b'], outputs: ['sum'] },
      { name: 'relu', op: 'relu', attributes: { activation: 'relu6' }, inputs: ['sum'], outputs: ['y'] },
    ],
    values: { a: { ...input, shape }, b: { ...input, shape }, sum: { ...sum, shape }, y: { ...result, shape } },
    constants: {},
    inputs: ['a', 'b'],
    outputs: ['y'],
    metadata: {},
  };
}

describe('a relu after an add', () => {
  test('becomes its activation and changes nothing', () => {
    const graph = addThenRelu(int8(0.11, -90), int8(0.11, -90));
    const fused = fuse(graph);
    expect(fused.nodes.map(({ op, attributes }) => [op, attributes])).toEqual([['add', { activation: 'relu6' }]]);
    const inputs = {
      a: { ...graph.values['a'], data: Int8Array.of(-128, -20, 0, 20, 60, 127) },
      b: { ...graph.values['b'], data: Int8Array.of(5, 30, -7, 40, 99, 127) },
    };
    expect(runReference(fused, inputs).get('y')).toEqual(runReference(graph, inputs).get('y'));
  });

  test('merges on float32', () => {
    expect(fuse(addThenRelu(float32, float32)).nodes).toHaveLength(1);
  });

  test('stays where it also changes the quantization', () => {
    expect(fuse(addThenRelu(int8(0.11, -90), int8(0.05, -128))).nodes).toHaveLength(2);
  });
});
