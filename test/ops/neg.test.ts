import { neg } from '../../src/ops/neg.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(neg, [{ attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) }]);

testUnaryValues(neg, {}, [
  [-2.5, 2.5],
  [3, -3],
]);
