import { square } from '../../src/ops/square.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(square, [{ attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.2, -128) }]);

testUnaryValues(square, {}, [
  [-3, 9],
  [0.5, 0.25],
]);
