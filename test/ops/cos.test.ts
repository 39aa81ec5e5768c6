import { cos } from '../../src/ops/cos.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(cos, [{ attributes: {}, range: [-3.14, 3.14], input: int8(0.05, 3), output: int8(0.01, 0) }]);

testUnaryValues(cos, {}, [
  [0, 1],
  [Math.PI / 3, 0.5],
]);
