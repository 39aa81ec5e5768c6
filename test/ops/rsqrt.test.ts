import { rsqrt } from '../../src/ops/rsqrt.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(rsqrt, [{ attributes: {}, range: [0.01, 100], input: int8(0.1, -128), output: int8(0.05, -5) }]);

testUnaryValues(rsqrt, {}, [
  [4, 0.5],
  [0.25, 2],
]);
