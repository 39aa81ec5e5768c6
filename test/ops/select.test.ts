import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { select, type SelectAttributes } from '../../src/ops/select.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type CaseInput, type OpCase, testOp } from '../support/test-op.ts';

/** Of the condition and of the two inputs. */
const triples: readonly (readonly [string, readonly number[], readonly number[], readonly number[]])[] = [
  ['one element', [1, 1], [1, 1], [1, 1]],
  ['three channels', [2, 3, 3, 3], [2, 3, 3, 3], [2, 3, 3, 3]],
  ['one quad more than a workgroup', [65, 4], [65, 4], [65, 4]],
  ['scalars', [2, 3, 5], [], [1]],
  ['a scalar condition', [], [2, 3, 6], [2, 3, 6]],
  ['a condition for each row', [2, 3, 4, 1], [2, 3, 4, 7], [7]],
  ['a condition for each channel', [7], [2, 1, 4, 1], [2, 3, 1, 7]],
  ['all repeated', [2, 1, 1, 1, 5], [1, 3, 1, 2, 1], [1, 1, 2, 1, 5]],
];

const condition = { dtype: 'int32', range: [-1, 1] } as const;

function cases(
  label: string,
  a: Omit<CaseInput, 'shape'>,
  b: Omit<CaseInput, 'shape'>,
  output: OpCase<SelectAttributes>['outputs'][number],
): OpCase<SelectAttributes>[] {
  return triples.map(([name, conditionShape, aShape, bShape]) => ({
    name: `${label}: ${name}`,
    attributes: {},
    inputs: [
      { ...condition, shape: conditionShape },
      { ...a, shape: aShape },
      { ...b, shape: bShape },
    ],
    outputs: [output],
  }));
}

const int32 = { dtype: 'int32', range: [-(2 ** 31), 2 ** 31 - 1] } as const;

testOp(select, [
  ...cases('float', float32, float32, float32),
  ...cases('int32', int32, int32, int32),
  ...cases('int8', int8(0.5, 3), int8(0.5, 3), int8(0.5, 3)),
  ...cases('int8 of three scales', int8(0.5, 3), { ...int8(0.037, -12), constant: true }, int8(0.4, 20)),
  ...cases('uint8', uint8(0.02, 120), uint8(0.3, 7), uint8(0.25, 30)),
]);

const node = { name: 's', attributes: {}, constants: [], rounding: 'float' as const };

describe('select reference', () => {
  // The example of the ONNX operator Where.
  test('by hand', () => {
    const inputs = [
      { dtype: 'int32' as const, shape: [2, 2], data: Int32Array.of(1, 0, 1, 1) },
      { ...float32, shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      { ...float32, shape: [2, 2], data: Float32Array.of(9, 8, 7, 6) },
    ];
    const context = { ...node, inputs, outputs: [{ ...float32, shape: [2, 2] }] };
    expect(select.inferShape(context)).toEqual([[2, 2]]);
    expect([...select.reference(context, inputs)[0].data]).toEqual([1, 8, 3, 4]);
  });

  test('codes of one quantization are moved as they are, in every rounding', () => {
    const code = fc.integer({ min: -128, max: 127 });
    const list = fc.array(code, { minLength: 12, maxLength: 12 });
    const scale = fc.constantFrom(0.1, 1 / 3, 3).map(Math.fround);
    const rounding = fc.constantFrom('float' as const, 'tflite-single' as const, 'tflite-double' as const);
    const property = fc.property(list, list, list, scale, code, rounding, (choices, a, b, s, zeroPoint, mode) => {
      const type = { dtype: 'int8' as const, shape: [12], quantization: { scales: [s], zeroPoints: [zeroPoint] } };
      const inputs = [
        { dtype: 'int32' as const, shape: [12], data: Int32Array.from(choices, (choice) => choice & 1) },
        { ...type, data: Int8Array.from(a) },
        { ...type, data: Int8Array.from(b) },
      ];
      const [y] = select.reference({ ...node, inputs, outputs: [type], rounding: mode }, inputs);
      expect([...y.data]).toEqual(choices.map((choice, index) => ((choice & 1) === 1 ? a[index] : b[index])));
    });
    fc.assert(property);
  });

  test('what does not fit is refused', () => {
    const types = [
      { ...condition, shape: [2] },
      { ...float32, shape: [2] },
      { ...int32, shape: [2] },
    ];
    const context = { ...node, inputs: types, outputs: [{ ...float32, shape: [2] }] };
    expect(() => select.reference(context, [])).toThrow(/select "s": inputs hold int32, float32, int32/);
    const inputs = [
      { ...condition, shape: [2] },
      { ...float32, shape: [3] },
      { ...float32, shape: [3] },
    ];
    expect(() => select.inferShape({ ...node, inputs })).toThrow(/\[2\] and \[3\] do not broadcast/);
    expect(() => select.inferShape({ ...node, inputs: inputs.slice(0, 2) })).toThrow(/input 2 is missing/);
  });
});
