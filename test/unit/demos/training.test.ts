import { expect, test } from 'vitest';
import { drawDigits } from '../../../demos/digits/draw.ts';
import { digitNetwork } from '../../../demos/digits/network.ts';
import { backward, crossEntropy, forward, type Numbers } from '../../../demos/digits/training/backpropagation.ts';
import { withWeights } from '../../../src/layers/with-weights.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import { createRandom } from '../../../src/tensor/random.ts';

const batch = 4;
const graph = digitNetwork(batch, 3);
const random = createRandom(4);
// Empty paper gives sums of exactly the bias: with a bias of zero they would lie on the ReLU's kink.
const weights: Numbers = Object.fromEntries(
  Object.entries(graph.constants).map(([name, { data }]) => [
    name,
    Float32Array.from(data, (value) => (name.endsWith('bias') ? random.uniform(0.05, 0.2) : value)),
  ]),
);
const { images, labels } = drawDigits(batch, 5);

test("the trainer's forward pass computes what the library's reference computes", () => {
  const values = forward(graph, weights, { image: images });
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, data]) => [name, { ...graph.constants[name], data }]),
  );
  const image = { dtype: 'float32', shape: graph.values['image'].shape, data: images } as const;
  const expected = runReference(withWeights(graph, tensors), { image });
  for (const node of graph.nodes) {
    const [name] = node.outputs;
    const { data } = expected.get(name)!;
    let largest = 0;
    for (const value of data) largest = Math.max(largest, Math.abs(value));
    const difference = values[name].reduce((most, value, index) => Math.max(most, Math.abs(value - data[index])), 0);
    expect(difference, name).toBeLessThan(1e-5 * largest);
  }
});

test('gradients are the slopes of the loss', () => {
  const loss = (changed: Numbers): number =>
    crossEntropy(forward(graph, changed, { image: images })['probabilities'], labels);
  const gradients = backward(graph, weights, forward(graph, weights, { image: images }), labels);
  // Along the gradient itself the slope is its length; steps stay small enough to cross few kinks of ReLU and max.
  for (const [name, gradient] of Object.entries(gradients)) {
    const length = Math.sqrt(gradient.reduce((sum, slope) => sum + slope ** 2, 0));
    const step = 1e-4;
    const moved = (sign: number): Numbers => ({
      ...weights,
      [name]: weights[name].map((value, index) => value + (sign * step * gradient[index]) / length),
    });
    const slope = (loss(moved(1)) - loss(moved(-1))) / (2 * step);
    expect(Math.abs(slope - length) / length, name).toBeLessThan(0.01);
  }
});
