import { elu } from '../../src/ops/elu.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(elu, [
  { attributes: { alpha: 1 }, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) },
  { attributes: { alpha: 1.5 }, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) },
]);

testUnaryValues(elu, { alpha: 1 }, [
  [-Math.log(2), -0.5],
  [0, 0],
  [3, 3],
]);
