import { div } from '../../src/ops/div.ts';
import { binaryCases, testBinaryValues } from '../support/binary-cases.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32', range: [-40, 40] } as const;

testOp(div, [
  ...binaryCases('float', float32, { ...float32, range: [0.1, 3] as const }, float32, 'none'),
  ...binaryCases('int8', int8(0.037, -12), int8(0.0113, 41), int8(0.041, 5), 'none'),
  ...binaryCases('uint8 relu6', uint8(0.02, 120), uint8(0.3, 7), uint8(0.25, 30), 'relu6'),
  ...binaryCases('int32', int32, int32, int32, 'none'),
]);

testBinaryValues(div, [
  [3, -2, -1.5],
  [1, 4, 0.25],
]);
