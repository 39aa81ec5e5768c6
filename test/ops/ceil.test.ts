import { ceil } from '../../src/ops/ceil.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(ceil, [{ attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.1, 0) }]);

testUnaryValues(ceil, {}, [
  [-2.5, -2],
  [2.5, 3],
]);
