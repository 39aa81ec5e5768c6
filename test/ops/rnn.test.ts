import { expect, test } from 'vitest';
import { rnn, type RnnAttributes } from '../../src/ops/rnn.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { float32 } from '../support/codes.ts';
import { recurrentCases } from '../support/recurrent-cases.ts';
import { testOp } from '../support/test-op.ts';

const activations = ['relu', 'sigmoid', 'relu-n1-to-1', 'none'] as const;

testOp(rnn, [
  ...recurrentCases<RnnAttributes>(1, 1, { activation: 'tanh' }),
  ...activations.flatMap((activation) =>
    recurrentCases<RnnAttributes>(1, 1, { activation })
      .slice(0, 1)
      .map((opCase) => ({ ...opCase, name: `${opCase.name}, ${activation}` })),
  ),
]);

test('by hand', () => {
  const inputs: readonly Tensor[] = [
    { ...float32, shape: [1, 3, 1, 2], data: Float32Array.of(1, 2, -3, 0, 0, 5) },
    { ...float32, shape: [2, 2], data: Float32Array.of(1, 1, 0, 2) },
    { ...float32, shape: [2], data: Float32Array.of(0, 1) },
  ];
  const attributes: RnnAttributes = {
    isTimeMajor: false,
    isReversed: false,
    returnsSequence: true,
    activation: 'relu6',
  };
  const outputs = [{ ...float32, shape: [1, 3, 2] }];
  const [y] = rnn.reference({ name: 'r', attributes, inputs, constants: [], outputs, rounding: 'float' }, inputs);
  // [1, 3]; [−3 + 4, 1 + 6 → 6]; [0 + 7 → 6, 5 + 1 + 12 → 6].
  expect([...y.data]).toEqual([1, 3, 1, 6, 6, 6]);
});
