import { floorMod } from '../../src/ops/floor-mod.ts';
import { binaryCases, broadcastPairs, testBinaryValues } from '../support/binary-cases.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { testOp } from '../support/test-op.ts';

const int32 = { dtype: 'int32', range: [-40, 40] } as const;
const wide = { dtype: 'int32', range: [-(2 ** 31), 2 ** 31 - 1] } as const;

testOp(floorMod, [
  ...binaryCases('float', { ...float32, range: [-10, 10] }, { ...float32, range: [0.7, 3] }, float32, 'none'),
  ...binaryCases(
    'float, negative',
    { ...float32, range: [-10, 10] },
    { ...float32, range: [-3, -0.7] },
    float32,
    'none',
  ),
  {
    name: 'whole numbers, which a division may miss',
    attributes: { activation: 'none' },
    inputs: [
      { ...float32, shape: [400, 1], data: Array.from({ length: 400 }, (_, index) => index - 200) },
      {
        ...float32,
        shape: [1, 40],
        data: Array.from({ length: 40 }, (_, index) => (index < 20 ? index - 20 : index - 19)),
      },
    ],
    outputs: [float32],
  },
  ...binaryCases('int8', int8(0.037, -12), int8(0.0113, 41), int8(0.041, 5), 'none').slice(1, 7),
  ...binaryCases('uint8', uint8(0.02, 120), uint8(0.3, 7), uint8(0.25, 30), 'none').slice(5),
  ...binaryCases('int32', int32, int32, int32, 'none'),
  ...binaryCases('wide int32', wide, wide, wide, 'none').slice(0, broadcastPairs.length / 2),
]);

// The examples of the ONNX operator Mod, whose results have the sign of the divisor.
testBinaryValues(floorMod, [
  [-4, 2, 0],
  [7, -3, -2],
  [5, 8, 5],
  [4, -2, 0],
  [-7, 3, 2],
  [8, 5, 3],
]);
