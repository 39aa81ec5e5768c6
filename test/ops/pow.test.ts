import { pow } from '../../src/ops/pow.ts';
import { binaryCases, testBinaryValues } from '../support/binary-cases.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

testOp(pow, [
  ...binaryCases(
    'float',
    { ...float32, range: [0.1, 3] as const },
    { ...float32, range: [-3, 3] as const },
    float32,
    'none',
  ),
  {
    name: 'negative base, whole exponents',
    attributes: { activation: 'none' },
    inputs: [
      { ...float32, shape: [5, 4], range: [-3, 3] },
      { ...float32, shape: [4], data: [0, 1, 2, 3] },
    ],
    outputs: [float32],
  },
  ...binaryCases('int8', int8(0.037, -12), int8(0.5, 0), int8(0.041, 5), 'none'),
  ...binaryCases('uint8', uint8(0.02, 0), uint8(0.3, 7), uint8(0.25, 30), 'none'),
]);

testBinaryValues(pow, [
  [2, 3, 8],
  [4, 0.5, 2],
  [-2, 3, -8],
  [-3, 2, 9],
]);
