import { erf } from '../../src/ops/erf.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(erf, [{ attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(1 / 128, 0) }]);

testUnaryValues(erf, {}, [
  [0, 0],
  [1, 0.8427007929497149],
  [-3, -0.9999779095030014],
]);
