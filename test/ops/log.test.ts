import { log } from '../../src/ops/log.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(log, [{ attributes: {}, range: [0.001, 100], input: int8(0.1, -128), output: int8(0.05, -5) }]);

testUnaryValues(log, {}, [
  [1, 0],
  [Math.E, 1],
]);
