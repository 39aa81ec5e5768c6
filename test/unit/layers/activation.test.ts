import { expect, test } from 'vitest';
import {
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  sigmoid,
  silu,
  softmax,
  tanh,
} from '../../../src/layers/activation.ts';
import { sequential } from '../../../src/layers/sequential.ts';

test('activations become nodes with their defaults', () => {
  const graph = sequential({ x: [1, 4] }, [
    leakyRelu(),
    elu({ alpha: 2 }),
    gelu(),
    silu(),
    hardSwish(),
    hardSigmoid(),
    sigmoid(),
    tanh(),
    softmax({ name: 'probabilities' }),
  ]);
  expect(graph.nodes.map(({ name, op, attributes }) => [name, op, attributes])).toEqual([
    ['leaky_relu', 'leaky-relu', { alpha: 0.01 }],
    ['elu', 'elu', { alpha: 2 }],
    ['gelu', 'gelu', { isApproximate: false }],
    ['silu', 'silu', {}],
    ['hard_swish', 'hard-swish', {}],
    ['hard_sigmoid', 'hard-sigmoid', { alpha: 1 / 6, beta: 0.5 }],
    ['sigmoid', 'sigmoid', {}],
    ['tanh', 'tanh', {}],
    ['probabilities', 'softmax', { beta: 1 }],
  ]);
});
