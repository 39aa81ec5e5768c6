import { squaredDifference } from '../../src/ops/squared-difference.ts';
import { binaryCases, testBinaryValues } from '../support/binary-cases.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32', range: [-(2 ** 31), 2 ** 31 - 1] } as const;

testOp(squaredDifference, [
  ...binaryCases('float', float32, float32, float32, 'none'),
  ...binaryCases('float relu', float32, float32, float32, 'relu'),
  ...binaryCases('int8', int8(0.037, -12), int8(0.0113, 41), int8(0.041, 5), 'none'),
  ...binaryCases('int8 relu', int8(0.037, -12), { ...int8(0.0113, 41), constant: true }, int8(0.041, 5), 'relu'),
  ...binaryCases('uint8 relu6', uint8(0.02, 120), uint8(0.3, 7), uint8(0.25, 30), 'relu6'),
  ...binaryCases('int32', int32, int32, int32, 'none'),
]);

testBinaryValues(squaredDifference, [
  [3, 1, 4],
  [-1, 0.5, 2.25],
]);
