import { mish } from '../../src/ops/mish.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(mish, [
  { attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) },
  { attributes: {}, range: [-200, 200], input: int8(0.05, 3), output: int8(0.05, -5) },
]);

testUnaryValues(mish, {}, [
  [0, 0],
  [Math.log(2), 0.8 * Math.log(2)],
]);
