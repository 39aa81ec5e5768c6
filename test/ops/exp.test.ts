import { exp } from '../../src/ops/exp.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(exp, [{ attributes: {}, range: [-20, 10], input: int8(0.05, 3), output: int8(2, -128) }]);

testUnaryValues(exp, {}, [
  [0, 1],
  [1, Math.E],
  [-1, 1 / Math.E],
]);
