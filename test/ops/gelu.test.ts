import { gelu } from '../../src/ops/gelu.ts';
import { int8 } from '../support/codes.ts';
import { testUnaryOp, testUnaryValues } from '../support/test-unary-op.ts';

testUnaryOp(gelu, [
  { attributes: { isApproximate: false }, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) },
  { attributes: { isApproximate: true }, range: [-10, 10], input: int8(0.05, 3), output: int8(0.05, -5) },
]);

testUnaryValues(gelu, { isApproximate: false }, [
  [0, 0],
  [1, 0.8413447460685429],
  [-1, -0.15865525393145707],
]);
