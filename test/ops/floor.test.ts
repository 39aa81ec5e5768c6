import { floor } from '../../src/ops/floor.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(floor, [{ attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(0.1, 0) }]);

testUnaryValues(floor, {}, [
  [-2.5, -3],
  [2.5, 2],
]);
