import { expect, test } from 'vitest';
import { gru, type GruAttributes } from '../../src/ops/gru.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { float32 } from '../support/codes.ts';
import { recurrentCases } from '../support/recurrent-cases.ts';
import { testOp } from '../support/test-op.ts';

testOp(gru, recurrentCases<GruAttributes>(3, 1, {}));

function run(...inputs: readonly (Tensor | undefined)[]): number[] {
  const attributes: GruAttributes = { isTimeMajor: false, isReversed: false, returnsSequence: true };
  const context = { name: 'gates', attributes, inputs, constants: [], rounding: 'float' as const };
  const [shape] = gru.inferShape(context);
  return [...gru.reference({ ...context, outputs: [{ ...float32, shape }] }, inputs)[0].data];
}

const floats = (shape: readonly number[], ...data: number[]): Tensor => ({
  ...float32,
  shape,
  data: Float32Array.from(data),
});

test('by hand', () => {
  const [one, zero] = [100, -100];
  // Kept; replaced without what was; replaced with it; half of each.
  const x = floats([1, 4, 3, 1], one, one, 9, zero, zero, 0.5, zero, one, 0.25, 0, zero, -0.5);
  const y = run(x, floats([3, 1], 0, 0, 2), floats([3], 0, 0, 0.125), floats([1, 1], 0.75));
  const second = Math.tanh(0.5);
  const third = Math.tanh(0.25 + 2 * second + 0.125);
  const expected = [0.75, second, third, third / 2 + Math.tanh(-0.5) / 2];
  y.forEach((value, index) => expect(value).toBeCloseTo(expected[index], 6));
});

test('there is no cell state', () => {
  const x = floats([1, 1, 3, 1], 0, 0, 0);
  expect(() => run(x, floats([3, 1], 0, 0, 0), undefined, undefined, floats([1, 1], 0))).toThrow(
    /gru "gates": inputs \[1, 1, 3, 1\], \[3, 1\], none, none, \[1, 1\] do not fit/,
  );
});
