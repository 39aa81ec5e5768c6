import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { decodeImage } from '../../src/node/decode-image.ts';
import { createPreprocessor } from '../../src/runtime/preprocess.ts';
import { testDevice } from '../support/device.ts';
import { readTensor } from '../support/read-tensor.ts';
import { sharedPath } from '../support/shared.ts';

// The golden inputs were made by Pillow (whole image, bilinear filter), which shares no code with this library.
const models = ['mobilenet_v1_0.25_128_quant', 'mobilenet_v2_1.0_224_quant', 'tf2_mobilenet_v2_1.0_224_ptq'];
const images = ['cat', 'bird', 'sunflower', 'grace_hopper'];

describe('images resized and quantized on the GPU equal Pillow’s, byte for byte', () => {
  test.each(models.flatMap((model) => images.map((image) => [model, image])))('%s %s', async (model, image) => {
    const golden = sharedPath('models', 'expected', `${model}.${image}.safetensors`);
    const photograph = sharedPath('data', 'images', `${image}.bmp`);
    if (golden === null || photograph === null) return;
    const { tensors } = readSafetensors(readFileSync(golden));
    const [, expected] = [...tensors].find(([name]) => name.startsWith('input:'))!;
    const device = await testDevice();
    using preprocessor = await createPreprocessor(device, { dtype: expected.dtype, shape: expected.shape });
    using result = await preprocessor.process(await decodeImage(photograph));
    const actual = await readTensor(device, result);
    expect(Buffer.from(actual.data.buffer).equals(Buffer.from(expected.data.buffer))).toBe(true);
  });
});
