import { hardSigmoid } from '../../src/ops/hard-sigmoid.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(hardSigmoid, [
  { attributes: { alpha: 0.2, beta: 0.5 }, range: [-10, 10], input: int8(0.05, 3), output: int8(1 / 256, -128) },
  { attributes: { alpha: 1 / 6, beta: 0.5 }, range: [-10, 10], input: int8(0.05, 3), output: int8(1 / 256, -128) },
]);

testUnaryValues(hardSigmoid, { alpha: 0.2, beta: 0.5 }, [
  [-4, 0],
  [0, 0.5],
  [1, 0.7],
  [3, 1],
]);
