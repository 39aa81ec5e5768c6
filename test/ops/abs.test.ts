import { abs } from '../../src/ops/abs.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(abs, [{ attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) }]);

testUnaryValues(abs, {}, [
  [-2.5, 2.5],
  [0, 0],
  [3, 3],
]);
