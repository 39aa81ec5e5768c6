import { hardSwish } from '../../src/ops/hard-swish.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(hardSwish, [{ attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) }]);

testUnaryValues(hardSwish, {}, [
  [-4, 0],
  [0, 0],
  [3, 3],
  [1, 4 / 6],
]);
