import { sign } from '../../src/ops/sign.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(sign, [{ attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.01, 0) }]);

testUnaryValues(sign, {}, [
  [-2.5, -1],
  [0, 0],
  [9, 1],
]);
