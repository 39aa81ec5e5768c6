import { round } from '../../src/ops/round.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(round, [{ attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.1, 0) }]);

testUnaryValues(round, {}, [
  [-2.5, -2],
  [2.5, 2],
  [3.5, 4],
  [2.6, 3],
]);
