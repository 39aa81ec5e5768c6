import { leakyRelu } from '../../src/ops/leaky-relu.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(leakyRelu, [
  { attributes: { alpha: 0.25 }, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) },
  { attributes: { alpha: -0.5 }, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) },
]);

testUnaryValues(leakyRelu, { alpha: 0.25 }, [
  [-4, -1],
  [0, 0],
  [3, 3],
]);
