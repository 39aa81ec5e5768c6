import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { accuracy, predictions } from '../../../demos/digits/accuracy.ts';
import { drawDigits } from '../../../demos/digits/draw.ts';
import { digitNetwork } from '../../../demos/digits/network.ts';
import { readSafetensors } from '../../../src/formats/safetensors.ts';
import { withWeights } from '../../../src/layers/with-weights.ts';
import { quantize } from '../../../src/quantize/quantize.ts';
import { minMax } from '../../../src/quantize/range.ts';
import { runReference } from '../../../src/runtime/reference.ts';

const count = 100;
const weightsFile = new URL('../../../demos/digits/weights.safetensors', import.meta.url);

test('the committed weights are those of the network, and read digits they have not seen, in int8 too', async () => {
  const { tensors } = readSafetensors(await readFile(weightsFile));
  const initial = digitNetwork(count);
  expect([...tensors.keys()].sort()).toEqual(Object.keys(initial.constants).sort());
  const float = withWeights(initial, Object.fromEntries(tensors));
  const { images, labels } = drawDigits(count, 99);
  const image = { dtype: 'float32', shape: float.values['image'].shape, data: images } as const;

  const values = runReference(float, { image });
  const int8 = quantize(float, Object.fromEntries([...values].map(([name, { data }]) => [name, minMax(name, data)])));
  for (const run of [values, runReference(int8, { image })]) {
    expect(accuracy(predictions(run.get('probabilities')!.data, 10), labels)).toBeGreaterThan(0.93);
  }
});
