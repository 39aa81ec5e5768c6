import { describe, expect, test } from 'vitest';
import { attention, type AttentionOptions, batchMatmul } from '../../../src/layers/attention.ts';
import { model } from '../../../src/layers/model.ts';
import { input } from '../../../src/layers/value.ts';
import { applyLayer } from '../../support/apply-layer.ts';

const [batch, queries, keys, heads, size, valueSize] = [2, 3, 4, 2, 5, 3];

/** By the definition, in double precision. */
function expected(
  [q, k, v, mask]: readonly Float32Array[],
  { scale = 1 / Math.sqrt(size), isCausal = false }: AttentionOptions,
): number[] {
  const y: number[] = [];
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < queries; i++) {
      for (let head = 0; head < heads; head++) {
        const scores = Array.from({ length: keys }, (_, j) => {
          let score = 0;
          for (let d = 0; d < size; d++) {
            score += q[((n * queries + i) * heads + head) * size + d] * k[((n * keys + j) * heads + head) * size + d];
          }
          return score * scale + (mask?.[n * keys + j] ?? 0) + (isCausal && j > i ? -Infinity : 0);
        });
        const shares = scores.map((score) => Math.exp(score));
        const total = shares.reduce((sum, share) => sum + share, 0);
        for (let d = 0; d < valueSize; d++) {
          const sum = shares.reduce(
            (part, share, j) => part + share * v[((n * keys + j) * heads + head) * valueSize + d],
            0,
          );
          y.push(sum / total);
        }
      }
    }
  }
  return y;
}

describe('attention by its definition', () => {
  const shapes = [
    [batch, queries, heads * size],
    [batch, keys, heads * size],
    [batch, keys, heads * valueSize],
  ];

  test.each<[string, AttentionOptions]>([
    ['plain', {}],
    ['with a scale', { scale: 2 }],
    ['causal', { isCausal: true }],
  ])('%s', (_, options) => {
    const layer = attention({ heads, ...options });
    const { inputs, output } = applyLayer((q, k, v) => layer(q, k, v), ...shapes);
    expect(output.shape).toEqual([batch, queries, heads * valueSize]);
    const values = expected(inputs, options);
    output.data.forEach((value, index) => expect(value).toBeCloseTo(values[index], 5));
  });

  test('with a mask of the keys of each sequence', () => {
    for (const options of [{}, { isCausal: true, scale: 3 }]) {
      const layer = attention({ heads, ...options });
      const { inputs, output } = applyLayer((q, k, v, m) => layer(q, k, v, m), ...shapes, [batch, 1, 1, keys]);
      const values = expected(inputs, options);
      output.data.forEach((value, index) => expect(value).toBeCloseTo(values[index], 5));
    }
  });
});

test('batchMatmul', () => {
  const { inputs, output } = applyLayer(
    (a, b) => batchMatmul({ transposesA: true, transposesB: true })(a, b),
    [2, 3, 4],
    [5, 3],
  );
  expect(output.shape).toEqual([2, 4, 5]);
  const [a, b] = inputs;
  let last = 0;
  for (let k = 0; k < 3; k++) last += a[(3 + k) * 4 + 3] * b[4 * 3 + k];
  expect(output.data.at(-1)).toBeCloseTo(last, 6);
});

test('heads that do not divide the features, and what is no sequence', () => {
  const of = (...shape: readonly number[]) => input('x', shape);
  expect(() => attention({ heads: 4 })(of(1, 2, 6), of(1, 2, 6), of(1, 2, 6))).toThrow(
    /attention "attention": 4 heads do not divide the 6 features of \[1, 2, 6\]/,
  );
  expect(() => attention({ name: 'self' })(of(2, 6), of(2, 6), of(2, 6))).toThrow(/attention "self": input has shape/);
  const x = of(1, 2, 6);
  const graph = model({ inputs: [x], outputs: { y: attention({ name: 'self' })(x, x, x) } });
  expect(graph.nodes.at(-1)!.name).toBe('self');
});
