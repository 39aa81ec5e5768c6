import { floorDiv } from '../../src/ops/floor-div.ts';
import { binaryCases, testBinaryValues } from '../support/binary-cases.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32', range: [-40, 40] } as const;

testOp(floorDiv, [
  // Quotients far from whole numbers, which a division's error would otherwise take to either side.
  ...binaryCases('float', { ...float32, range: [40, 60] }, { ...float32, range: [100, 1000] }, float32, 'none'),
  ...binaryCases('int8', int8(0.037, -12), int8(0.0113, 41), int8(0.041, 5), 'none'),
  ...binaryCases('uint8', uint8(0.02, 120), uint8(0.3, 7), uint8(0.25, 30), 'none'),
  ...binaryCases('int32', int32, int32, int32, 'none'),
]);

testBinaryValues(floorDiv, [
  [7, 2, 3],
  [-7, 2, -4],
]);
