import { add, type AddAttributes } from '../../src/ops/add.ts';
import { perTensor } from '../../src/tensor/quantization.ts';
import { type CaseInput, type OpCase, testOp } from '../support/test-op.ts';

const pairs: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['one element', [1, 1], [1, 1]],
  ['three channels', [2, 3, 3, 3], [2, 3, 3, 3]],
  ['sixteen channels, four workgroups', [2, 8, 8, 16], [2, 8, 8, 16]],
  ['sixty-five quads', [65, 4], [65, 4]],
  ['a scalar', [2, 3, 5], []],
  ['scalar first', [1], [2, 3, 6]],
  ['a bias', [2, 3, 4, 7], [7]],
  ['one channel', [2, 3, 4, 7], [2, 3, 4, 1]],
  ['an image per batch', [2, 3, 4, 8], [3, 4, 8]],
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

const float = { dtype: 'float32' } as const;
const a = { dtype: 'int8', quantization: perTensor(0.037, -12) } as const;
const b = { dtype: 'int8', quantization: perTensor(0.0113, 41) } as const;
const y = { dtype: 'int8', quantization: perTensor(0.041, 5) } as const;
const equal = { dtype: 'int8', quantization: perTensor(0.5, -3) } as const;

testOp(add, [
  ...cases('float', float, float, float, 'none'),
  ...cases('float relu6', { ...float, range: [-8, 8] }, float, float, 'relu6'),
  ...cases('int8', a, b, y, 'none'),
  ...cases('int8 relu', a, b, y, 'relu'),
  ...cases('int8 halves', equal, { ...equal, constant: true }, { dtype: 'int8', quantization: perTensor(1, 0) }, 'none'),
  ...cases(
    'uint8',
    { dtype: 'uint8', quantization: perTensor(0.02, 120) },
    { dtype: 'uint8', quantization: perTensor(0.3, 7) },
    { dtype: 'uint8', quantization: perTensor(0.25, 30) },
    'relu6',
  ),
]);
