import { expect, test } from 'vitest';
import { UnsupportedOpError } from '../../../src/errors.ts';
import { embedding } from '../../../src/layers/embedding.ts';
import { model } from '../../../src/layers/model.ts';
import { input } from '../../../src/layers/value.ts';
import { runReference } from '../../../src/runtime/reference.ts';

test('rows of a table by their indices', () => {
  const indices = input('indices', [2, 2], 'int32');
  const weights = Float32Array.of(0, 1, 10, 11, 20, 21);
  const graph = model({ inputs: [indices], outputs: { y: embedding({ count: 3, features: 2, weights })(indices) } });
  const data = Int32Array.of(2, 0, 1, 7);
  const y = runReference(graph, { indices: { dtype: 'int32', shape: [2, 2], data } }).get('y')!;
  expect(y).toMatchObject({ dtype: 'float32', shape: [2, 2, 2] });
  expect([...y.data]).toEqual([20, 21, 0, 1, 10, 11, 20, 21]);
});

test('drawn tables, and indices that are not int32', () => {
  const of = (seed: number) => {
    const indices = input('indices', [1], 'int32');
    const y = embedding({ count: 100, features: 20, name: 'words' })(indices);
    return model({ inputs: [indices], outputs: { y }, seed }).constants['words/weights'].data;
  };
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
  const deviation = Math.sqrt(Array.from(of(1)).reduce((sum, value) => sum + value ** 2, 0) / 2000);
  expect(deviation).toBeGreaterThan(0.045);
  expect(deviation).toBeLessThan(0.055);
  expect(() => embedding({ count: 3, features: 2 })(input('x', [2]))).toThrow(UnsupportedOpError);
});
