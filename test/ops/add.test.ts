import { add, type AddAttributes } from '../../src/ops/add.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { type CaseInput, type OpCase, testOp } from '../support/test-op.ts';

const pairs: readonly (readonly [string, readonly number[], readonly number[]])[] = [
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

function cases(
  label: string,
  a: Omit<CaseInput, 'shape'>,
  b: Omit<CaseInput, 'shape'>,
  output: OpCase<AddAttributes>['outputs'][number],
  activation: AddAttributes['activation'],
): OpCase<AddAttributes>[] {
  return pairs.map(([name, aShape, bShape]) => ({
    name: `${label}: ${name}`,
    attributes: { activation },
    inputs: [
      { ...a, shape: aShape },
      { ...b, shape: bShape },
    ],
    outputs: [output],
  }));
}

testOp(add, [
  ...cases('float', float32, float32, float32, 'none'),
  ...cases('float relu6', { ...float32, range: [-8, 8] }, float32, float32, 'relu6'),
  ...cases('int8', int8(0.037, -12), int8(0.0113, 41), int8(0.041, 5), 'none'),
  ...cases('int8 relu', int8(0.037, -12), int8(0.0113, 41), int8(0.041, 5), 'relu'),
  ...cases('int8 halves', int8(0.5, -3), { ...int8(0.5, 3), constant: true }, int8(1), 'none'),
  ...cases('int8 far scales', int8(100), int8(1e-6, 127), int8(60, -128), 'none'),
  ...cases('uint8 relu6', uint8(0.02, 120), uint8(0.3, 7), uint8(0.25, 30), 'relu6'),
]);
