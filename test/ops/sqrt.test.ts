import { sqrt } from '../../src/ops/sqrt.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(sqrt, [{ attributes: {}, range: [0, 100], input: int8(0.1, -128), output: int8(0.05, -5) }]);

testUnaryValues(sqrt, {}, [
  [0, 0],
  [9, 3],
  [2, Math.SQRT2],
]);
