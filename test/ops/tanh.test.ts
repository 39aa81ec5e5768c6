import { tanh } from '../../src/ops/tanh.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(tanh, [
  { attributes: {}, range: [-10, 10], input: int8(0.05, 3), output: int8(1 / 128, 0) },
  { attributes: {}, range: [-0.001, 0.001], input: int8(0.05, 3), output: int8(1 / 128, 0) },
]);

testUnaryValues(tanh, {}, [
  [0, 0],
  [Math.log(2), 0.6],
]);
