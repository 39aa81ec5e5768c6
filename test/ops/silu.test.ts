import { silu } from '../../src/ops/silu.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(silu, [
  { attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) },
  { attributes: {}, range: [-200, 200], input: int8(0.05, 3), output: int8(0.05, -5) },
]);

testUnaryValues(silu, {}, [
  [0, 0],
  [Math.log(3), 0.75 * Math.log(3)],
]);
