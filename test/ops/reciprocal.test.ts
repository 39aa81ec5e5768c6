import { reciprocal } from '../../src/ops/reciprocal.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(reciprocal, [{ attributes: {}, range: [0.01, 100], input: int8(0.1, -128), output: int8(0.05, -5) }]);

testUnaryValues(reciprocal, {}, [
  [4, 0.25],
  [-0.5, -2],
]);
