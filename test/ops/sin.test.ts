import { sin } from '../../src/ops/sin.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(sin, [{ attributes: {}, range: [-3.14, 3.14], input: int8(0.05, 3), output: int8(0.01, 0) }]);

testUnaryValues(sin, {}, [
  [0, 0],
  [Math.PI / 6, 0.5],
]);
