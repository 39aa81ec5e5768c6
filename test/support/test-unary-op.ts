import { expect, test } from 'vitest';
import type { OpDefinition } from '../../src/ops/define-op.ts';
import { codeRange } from '../../src/tensor/dtype.ts';
import { dequantizeValue, quantizeValue, type Quantization } from '../../src/tensor/quantization.ts';
import { float32 } from './codes.ts';
import { testOp } from './test-op.ts';

/** One choice of attributes, with what to try it on. */
export interface UnaryCase<A> {
  readonly attributes: A;
  /** Of the float inputs: where the function is defined. */
  readonly range: readonly [number, number];
  readonly input: { readonly dtype: 'int8'; readonly quantization: Quantization };
  readonly output: { readonly dtype: 'int8'; readonly quantization: Quantization };
}

const shapes = [[1], [2, 5], [2, 2, 2, 7], [65, 4]];
const everyCode = Array.from({ length: 256 }, (_, index) => index - 128);

/** Runs a function of one number on floats of several shapes, and on every int8 and uint8 code. */
export function testUnaryOp<A extends object>(op: OpDefinition<A>, cases: readonly UnaryCase<A>[]): void {
  testOp(
    op,
    cases.flatMap(({ attributes, range, input, output }) => {
      const label = `${JSON.stringify(attributes)} in ${range.join(' to ')}`;
      const floats = shapes.map((shape) => ({
        name: `float [${shape.join(', ')}] ${label}`,
        attributes,
        inputs: [{ ...float32, shape, range }],
        outputs: [float32],
      }));
      const [scale, zeroPoint] = [input.quantization.scales[0], input.quantization.zeroPoints[0]];
      const unsigned = { scales: [scale], zeroPoints: [zeroPoint + 128] };
      const codes = [
        { dtype: 'int8', quantization: input.quantization, shape: [1, 1, 256], data: everyCode },
        { dtype: 'uint8', quantization: unsigned, shape: [256], data: everyCode.map((code) => code + 128) },
        { dtype: 'int8', quantization: input.quantization, shape: [3, 5], data: everyCode.slice(100, 115) },
      ] as const;
      return [
        ...floats,
        ...codes.map((codeInput) => ({
          name: `every ${codeInput.dtype} code [${codeInput.shape.join(', ')}] ${label}`,
          attributes,
          inputs: [codeInput],
          outputs: [
            codeInput.dtype === 'int8' ? output : { ...output, dtype: codeInput.dtype, quantization: asUint8(output) },
          ],
          // The rounding of sums plays no part in a table.
          roundings: ['float' as const],
        })),
      ];
    }),
  );
}

function asUint8({ quantization }: { readonly quantization: Quantization }): Quantization {
  return { scales: quantization.scales, zeroPoints: quantization.zeroPoints.map((zeroPoint) => zeroPoint + 128) };
}

/** Known pairs of argument and value, in float32 and as the nearest codes. */
export function testUnaryValues<A extends object>(
  op: OpDefinition<A>,
  attributes: A,
  pairs: readonly (readonly [number, number])[],
): void {
  const context = { name: op.name, attributes, constants: [undefined], rounding: 'float' as const };
  const shape = [pairs.length];

  test(`${op.name}: known values`, () => {
    const type = { ...float32, shape };
    const x = { ...type, data: Float32Array.from(pairs, ([argument]) => argument) };
    const [y] = op.reference({ ...context, inputs: [type], outputs: [type] }, [x]);
    pairs.forEach(([, value], index) => expect(y.data[index]).toBeCloseTo(value, 6));
  });

  test(`${op.name}: codes of known values`, () => {
    // A step of 1/8 holds the arguments to within 1/16; what they stand for then is what counts.
    const scale = 0.125;
    const [low, high] = codeRange('int8');
    const type = { dtype: 'int8' as const, shape, quantization: { scales: [scale], zeroPoints: [0] } };
    const codes = pairs.map(([argument]) => quantizeValue(argument, scale, 0, low, high));
    const [y] = op.reference({ ...context, inputs: [type], outputs: [type] }, [
      { ...type, data: Int8Array.from(codes) },
    ]);
    const floatType = { ...float32, shape };
    const reals = Float32Array.from(codes, (code) => dequantizeValue(code, scale, 0));
    const [expected] = op.reference({ ...context, inputs: [floatType], outputs: [floatType] }, [
      { ...floatType, data: reals },
    ]);
    expect([...y.data]).toEqual(Array.from(expected.data, (value) => quantizeValue(value, scale, 0, low, high)));
  });
}
