import { expect, test } from 'vitest';
import type { OpDefinition } from '../../src/ops/define-op.ts';
import type { BinaryAttributes } from '../../src/ops/lib/binary-op.ts';
import { float32 } from './codes.ts';
import type { CaseInput, OpCase } from './test-op.ts';

/** Every way in which two shapes broadcast. */
export const broadcastPairs: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['one element', [1, 1], [1, 1]],
  ['three channels', [2, 3, 3, 3], [2, 3, 3, 3]],
  ['sixteen channels, eight workgroups', [2, 8, 8, 16], [2, 8, 8, 16]],
  ['one quad more than a workgroup', [65, 4], [65, 4]],
  ['a scalar', [2, 3, 5], []],
  ['a scalar first', [1], [2, 3, 6]],
  ['a bias', [2, 3, 4, 7], [7]],
  ['one channel', [2, 3, 4, 7], [2, 3, 4, 1]],
  ['an image for the whole batch', [2, 3, 4, 8], [3, 4, 8]],
  ['both repeated', [2, 1, 4, 1], [1, 3, 1, 5]],
  ['alternating axes', [2, 1, 3, 1, 5], [1, 2, 1, 2, 5]],
];

/** Inputs of shapes that broadcast in every way. */
export function binaryCases(
  label: string,
  a: Omit<CaseInput, 'shape'>,
  b: Omit<CaseInput, 'shape'>,
  output: OpCase<BinaryAttributes>['outputs'][number],
  activation: BinaryAttributes['activation'],
): OpCase<BinaryAttributes>[] {
  return broadcastPairs.map(([name, aShape, bShape]) => ({
    name: `${label}: ${name}`,
    attributes: { activation },
    inputs: [
      { ...a, shape: aShape },
      { ...b, shape: bShape },
    ],
    outputs: [output],
  }));
}

/** Known triples of arguments and value, in float32 and in codes of one scale that holds them. */
export function testBinaryValues(
  op: OpDefinition<BinaryAttributes>,
  triples: readonly (readonly [number, number, number])[],
): void {
  const shape = [triples.length];
  const context = {
    name: op.name,
    attributes: { activation: 'none' as const },
    constants: [undefined, undefined],
    rounding: 'float' as const,
  };
  test(`${op.name}: known values`, () => {
    const type = { ...float32, shape };
    const [a, b, y] = [0, 1, 2].map((part) => Float32Array.from(triples, (triple) => triple[part]));
    const inputs = [a, b].map((data) => ({ ...type, data }));
    const [result] = op.reference({ ...context, inputs: [type, type], outputs: [type] }, inputs);
    y.forEach((value, index) => expect(result.data[index]).toBeCloseTo(value, 6));
  });

  test(`${op.name}: codes of known values`, () => {
    const type = { dtype: 'int8' as const, shape, quantization: { scales: [0.125], zeroPoints: [0] } };
    const [a, b, y] = [0, 1, 2].map((part) => Int8Array.from(triples, (triple) => triple[part] / 0.125));
    const inputs = [a, b].map((data) => ({ ...type, data }));
    const [result] = op.reference({ ...context, inputs: [type, type], outputs: [type] }, inputs);
    expect([...result.data]).toEqual([...y]);
  });
}
