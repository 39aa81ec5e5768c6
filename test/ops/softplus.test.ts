import { softplus } from '../../src/ops/softplus.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(softplus, [
  { attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) },
  { attributes: {}, range: [-200, 200], input: int8(0.05, 3), output: int8(0.05, -5) },
]);

testUnaryValues(softplus, {}, [
  [0, Math.log(2)],
  [Math.log(3), Math.log(4)],
]);
