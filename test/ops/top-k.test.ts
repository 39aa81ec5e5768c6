import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../src/gpu/capabilities.ts';
import { topK } from '../../src/ops/top-k.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const geometries: readonly (readonly [readonly number[], number])[] = [
  [[1], 1],
  [[3], 2],
  [[7], 7],
  [[2, 3, 5, 6], 3],
  [[65, 4], 4],
  [[2, 1, 3, 2, 9], 5],
  [[3, 1001], 5],
  [[2, 300], 33],
];

const indices = { dtype: 'int32' as const };
const types = [
  { label: 'float', type: float32 },
  { label: 'int32', type: { ...indices, range: [-(2 ** 31), 2 ** 31 - 1] as const } },
  // Few values: many are equal.
  { label: 'equal int32', type: { ...indices, range: [-2, 2] as const } },
  { label: 'int8', type: int8(0.1, -9) },
  { label: 'uint8', type: uint8(0.1, 9) },
];

testOp(
  topK,
  types.flatMap(({ label, type }) =>
    geometries.map(([shape, k]) => ({
      name: `${label} [${shape.join(', ')}], ${k}`,
      attributes: { k },
      inputs: [{ ...type, shape }],
      outputs: [type, indices],
      // Nothing is rounded.
      roundings: ['float' as const],
    })),
  ),
);

const node = { name: 't', constants: [], rounding: 'float' as const };

function run(data: readonly number[], shape: readonly number[], k: number): [number[], number[]] {
  const x = { ...float32, shape, data: Float32Array.from(data) };
  const context = { ...node, attributes: { k }, inputs: [x] };
  const [values, places] = topK.inferShape(context);
  const outputs = [
    { ...float32, shape: values },
    { ...indices, shape: places },
  ];
  const [y, at] = topK.reference({ ...context, outputs }, [x]);
  return [[...y.data], [...at.data]];
}

describe('top-k reference', () => {
  // The example of the ONNX operator TopK.
  test('by hand', () => {
    const data = Array.from({ length: 12 }, (_, index) => index);
    expect(run(data, [3, 4], 3)).toEqual([
      [3, 2, 1, 7, 6, 5, 11, 10, 9],
      [3, 2, 1, 3, 2, 1, 3, 2, 1],
    ]);
  });

  test('of equal elements the first comes first', () => {
    expect(run([1, Infinity, 1, -Infinity, Infinity, 1], [6], 6)).toEqual([
      [Infinity, Infinity, 1, 1, 1, -Infinity],
      [1, 4, 0, 2, 5, 3],
    ]);
  });

  test('what is left out is not larger', () => {
    const list = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 30 });
    const property = fc.property(list, fc.nat(), (data, choice) => {
      const k = 1 + (choice % data.length);
      const [values, places] = run(data, [data.length], k);
      expect(new Set(places).size).toBe(k);
      expect(places.map((index) => data[index])).toEqual(values);
      const worst = values[k - 1];
      data.forEach((value, index) => {
        if (places.includes(index)) return;
        expect(value < worst || (value === worst && index > places[k - 1])).toBe(true);
      });
    });
    fc.assert(property);
  });

  test('a device is not asked to sort millions', () => {
    const shape = [2 ** 20];
    const outputs = [float32, indices].map((type) => ({ ...type, shape: [2 ** 20] }));
    const context = { ...node, attributes: { k: 2 ** 20 }, inputs: [{ ...float32, shape }], outputs };
    const capabilities = {} as Capabilities;
    expect(topK.kernels[0].accepts({ ...context, capabilities, engine: 'scalar' })).toBe(false);
    const attributes = { k: 1000 };
    expect(topK.kernels[0].accepts({ ...context, attributes, capabilities, engine: 'scalar' })).toBe(true);
  });

  test('what does not fit is refused', () => {
    expect(() => run([1, 2], [2], 3)).toThrow(/top-k "t": k is 3, the input is \[2\]/);
    expect(() => run([1, 2], [2], 0)).toThrow(/k is 0/);
    expect(() => run([1], [], 1)).toThrow(/the input is \[\]/);
    const x = { ...int8(1), shape: [2], data: Int8Array.of(1, 2) };
    const context = { ...node, attributes: { k: 1 }, inputs: [x] };
    const shape = [1];
    const other = [
      { ...int8(2), shape },
      { ...indices, shape },
    ];
    expect(() => topK.reference({ ...context, outputs: other }, [x])).toThrow(/encoded differently/);
    const reals = [
      { ...int8(1), shape },
      { ...float32, shape },
    ];
    expect(() => topK.reference({ ...context, outputs: reals }, [x])).toThrow(/its indices are float32/);
  });
});
