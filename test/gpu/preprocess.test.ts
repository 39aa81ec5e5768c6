import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ReadonlyMat3 } from 'gl-matrix';
import { ShapeError } from '../../src/errors.ts';
import { openDevice } from '../../src/gpu/open-device.ts';
import type { ImageSource, PixelImage } from '../../src/runtime/image-source.ts';
import type { PreprocessOptions } from '../../src/runtime/image-pipeline.ts';
import { createPreprocessor } from '../../src/runtime/preprocess.ts';
import { perTensor } from '../../src/tensor/quantization.ts';
import type { Tensor, TensorType } from '../../src/tensor/tensor.ts';
import { testDevice } from '../support/device.ts';
import { resizedColor, transformOf, warpedColor, type Box, type Color } from '../support/image-reference.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { readTensor } from '../support/read-tensor.ts';

afterEach(() => vi.restoreAllMocks());

/** Blocks of random colors with some noise: edges and flat areas both. */
function drawImage(
  width: number,
  height: number,
  seed: number,
): PixelImage & { readonly data: Uint8Array<ArrayBuffer> } {
  const random = createRandom(seed);
  const blocks = Uint8Array.from({ length: 4096 }, () => random.integer(256));
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => {
    const column = (i >> 2) % width;
    const row = Math.floor((i >> 2) / width);
    return blocks[((row >> 2) * 64 + (column >> 2) * 4 + (i & 3)) % 4096] ^ random.integer(16);
  });
  return { width, height, data };
}

function bytesInput(width: number, height: number, channels = 3, batch = 1): TensorType {
  return { dtype: 'uint8', shape: [batch, height, width, channels], quantization: perTensor(1 / 128, 128) };
}

async function processImage(
  type: TensorType,
  images: ImageSource | readonly ImageSource[],
  options: PreprocessOptions = {},
  transform?: ReadonlyMat3,
): Promise<Tensor> {
  const device = await testDevice();
  using preprocessor = await createPreprocessor(device, type, options);
  using tensor = await preprocessor.process(images, { transform });
  return readTensor(device, tensor);
}

/** RGB bytes of an image. */
function colorsOf({ data }: PixelImage): number[] {
  return Array.from(data).filter((_, index) => index % 4 !== 3);
}

/**
 * Largest distance in steps of a byte between the result and the unrounded reference. Rounding to bytes after each of
 * the two passes moves a value by up to ½ each time.
 */
function largestDistance(actual: Tensor, reference: (x: number, y: number) => Color): number {
  const [, height, width] = actual.shape;
  let largest = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      reference(x, y).forEach((value, channel) => {
        largest = Math.max(largest, Math.abs(actual.data[(y * width + x) * 3 + channel] - value));
      });
    }
  }
  return largest;
}

describe('values', () => {
  const image = drawImage(9, 5, 1);

  test('without a range, bytes are the codes of an 8-bit input', async () => {
    const unsigned = await processImage(bytesInput(9, 5), image);
    expect(Array.from(unsigned.data)).toEqual(colorsOf(image));
    const signed = await processImage({ ...bytesInput(9, 5), dtype: 'int8', quantization: perTensor(1, 0) }, image);
    expect(Array.from(signed.data)).toEqual(colorsOf(image).map((byte) => byte - 128));
  });

  test('a float input takes [−1, 1], or the range it is given, rounded once', async () => {
    const type: TensorType = { dtype: 'float32', shape: [1, 5, 9, 3] };
    const standard = await processImage(type, image);
    expect(Array.from(standard.data)).toEqual(colorsOf(image).map((byte) => Math.fround(-1 + (2 * byte) / 255)));
    const raw = await processImage(type, image, { range: [0, 255] });
    expect(Array.from(raw.data)).toEqual(colorsOf(image));
    const mean = [100, 110, 120];
    const normalized = await processImage(type, image, { range: { mean, deviation: 50 } });
    expect(Array.from(normalized.data)).toEqual(
      colorsOf(image).map((byte, i) => Math.fround((byte - mean[i % 3]) / 50)),
    );
  });

  test('a range on an 8-bit input is quantized by the input’s scale, and saturates', async () => {
    const type: TensorType = { ...bytesInput(9, 5), dtype: 'int8', quantization: perTensor(0.01, 3) };
    const actual = await processImage(type, image, { range: [-2, 2] });
    const expected = colorsOf(image).map((byte) => {
      const steps = Math.fround(Math.fround(-2 + (4 * byte) / 255) / Math.fround(0.01));
      // No byte falls on a half here, so which way halves go does not matter.
      return Math.min(127, Math.max(-128, Math.round(steps) + 3));
    });
    expect(Array.from(actual.data)).toEqual(expected);
  });

  test('blue may come first', async () => {
    const actual = await processImage(bytesInput(9, 5), image, { channelOrder: 'bgr' });
    const colors = colorsOf(image);
    expect(Array.from(actual.data)).toEqual(colors.map((_, i) => colors[i - (i % 3) + 2 - (i % 3)]));
  });

  test('one channel takes the brightness, four take alpha too', async () => {
    const gray = await processImage(bytesInput(9, 5, 1), image);
    const colors = colorsOf(image);
    expect(Array.from(gray.data)).toEqual(
      Array.from({ length: 45 }, (_, i) =>
        Math.floor((19595 * colors[i * 3] + 38470 * colors[i * 3 + 1] + 7471 * colors[i * 3 + 2] + 32768) / 65536),
      ),
    );
    const four = await processImage(bytesInput(9, 5, 4), image);
    expect(four.data).toEqual(image.data);
  });

  test('several images stack into the batch', async () => {
    const images = [drawImage(9, 5, 2), drawImage(18, 10, 3), drawImage(4, 4, 4)];
    const together = await processImage(bytesInput(9, 5, 3, 3), images);
    const alone = await Promise.all(images.map((one) => processImage(bytesInput(9, 5), one)));
    expect(Array.from(together.data)).toEqual(alone.flatMap(({ data }) => Array.from(data)));
  });
});

describe('resizing is within rounding of the definition', () => {
  const cases: readonly [string, number, number, number, number][] = [
    ['smaller', 61, 47, 24, 20],
    ['much smaller', 200, 130, 7, 5],
    ['larger', 13, 9, 40, 31],
    ['wider and lower', 20, 40, 50, 11],
    ['same width', 24, 60, 24, 20],
    ['same height', 60, 20, 24, 20],
    ['one pixel', 1, 1, 5, 4],
    ['to one pixel', 33, 21, 1, 1],
  ];
  test.each(cases)('%s: %i x %i to %i x %i', async (_name, fromWidth, fromHeight, width, height) => {
    const image = drawImage(fromWidth, fromHeight, fromWidth * fromHeight);
    const actual = await processImage(bytesInput(width, height), image);
    const box: Box = { left: 0, top: 0, right: fromWidth, bottom: fromHeight };
    expect(largestDistance(actual, (x, y) => resizedColor(image, box, width, height, x, y))).toBeLessThanOrEqual(1);
  });

  test('cover crops at the center', async () => {
    const image = drawImage(90, 40, 5);
    const actual = await processImage(bytesInput(30, 30), image, { fit: 'cover' });
    const box: Box = { left: 25, top: 0, right: 65, bottom: 40 };
    expect(largestDistance(actual, (x, y) => resizedColor(image, box, 30, 30, x, y))).toBeLessThanOrEqual(1);
    const tall = drawImage(31, 77, 6);
    const cropped = await processImage(bytesInput(20, 10), tall, { fit: 'cover' });
    const tallBox: Box = { left: 0, top: 30.75, right: 31, bottom: 46.25 };
    expect(largestDistance(cropped, (x, y) => resizedColor(tall, tallBox, 20, 10, x, y))).toBeLessThanOrEqual(1);
  });

  test('contain leaves bars of the background', async () => {
    const image = drawImage(40, 20, 7);
    const background: Color = [10, 20, 30];
    const actual = await processImage(bytesInput(20, 24), image, { fit: 'contain', background: [10, 20, 30] });
    const box: Box = { left: 0, top: 0, right: 40, bottom: 20 };
    const reference = (x: number, y: number): Color =>
      y < 7 || y >= 17 ? background : resizedColor(image, box, 20, 10, x, y - 7);
    expect(largestDistance(actual, reference)).toBeLessThanOrEqual(1);
  });
});

describe('warps', () => {
  const image = drawImage(32, 24, 8);

  test('the identity and a quarter turn move pixels exactly', async () => {
    const same = await processImage(bytesInput(32, 24), image, {}, transformOf({}));
    expect(Array.from(same.data)).toEqual(colorsOf(image));
    // Target (x, y) shows source (y, 24 − x): the image turned clockwise.
    const turned = await processImage(bytesInput(24, 32), image, {}, [0, -1, 0, 1, 0, 0, 0, 24, 1]);
    const colors = colorsOf(image);
    const expected = Array.from({ length: 24 * 32 * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % 24, Math.floor(i / 72)];
      return colors[((23 - x) * 32 + y) * 3 + (i % 3)];
    });
    expect(Array.from(turned.data)).toEqual(expected);
  });

  // Half a step for rounding to a byte, the rest for float32 coordinates next to edges of 255 steps a pixel.
  const tolerance = 0.75;
  test.each([
    ['half a pixel', { translate: [0.5, 0.5] as const }],
    ['turned', { translate: [12, -6] as const, degrees: 30 }],
    ['reduced', { translate: [-4, -3] as const, degrees: -20, scale: 2.5 }],
    ['enlarged', { translate: [6, 5] as const, degrees: 5, scale: 0.3 }],
    ['in perspective', { translate: [4, 2] as const, degrees: 10, scale: 1.2, perspective: [0.004, 0.009] as const }],
    ['elsewhere', { translate: [900, 900] as const }],
  ])('%s', async (_name, options) => {
    const transform = transformOf(options);
    const background: Color = [200, 100, 50];
    const actual = await processImage(bytesInput(28, 22), image, { background: [200, 100, 50] }, transform);
    expect(largestDistance(actual, (x, y) => warpedColor(image, transform, background, x, y))).toBeLessThanOrEqual(
      tolerance,
    );
  });

  test('nothing is seen behind the horizon', async () => {
    const actual = await processImage(bytesInput(8, 4), image, { background: [1, 2, 3] }, [1, 0, -1, 0, 1, 0, 0, 0, 4]);
    const pixel = (x: number): number[] => Array.from(actual.data.slice(x * 3, x * 3 + 3));
    for (const x of [4, 5, 6, 7]) expect(pixel(x)).toEqual([1, 2, 3]);
    expect(pixel(0)).not.toEqual([1, 2, 3]);
  });
});

describe('sources', () => {
  const image = drawImage(70, 33, 9);

  test.each(['rgba8unorm', 'bgra8unorm'] as const)('a texture of format %s', async (format) => {
    const { gpuDevice } = await testDevice();
    const usage = GPUTextureUsage.COPY_DST | GPUTextureUsage.COPY_SRC;
    const texture = gpuDevice.createTexture({ size: [70, 33], format, usage });
    const swap = format === 'bgra8unorm' ? [2, 1, 0, 3] : [0, 1, 2, 3];
    const texels = image.data.map((_, i) => image.data[(i & ~3) + swap[i & 3]]);
    gpuDevice.queue.writeTexture({ texture }, texels, { bytesPerRow: 280 }, [70, 33]);
    const options: PreprocessOptions = { fit: 'contain', background: [9, 8, 7], channelOrder: 'bgr' };
    for (const type of [bytesInput(30, 20), bytesInput(30, 20, 1), bytesInput(70, 33)]) {
      expect(await processImage(type, texture, options)).toEqual(await processImage(type, image, options));
    }
    const transform = transformOf({ degrees: 33, translate: [40, -30] });
    expect(await processImage(bytesInput(30, 20), texture, options, transform)).toEqual(
      await processImage(bytesInput(30, 20), image, options, transform),
    );
    texture.destroy();
  });

  test.runIf(typeof createImageBitmap === 'function')('ImageData, ImageBitmap and a canvas', async () => {
    const opaque = Uint8ClampedArray.from(image.data, (byte, i) => (i % 4 === 3 ? 255 : byte));
    const data = new ImageData(opaque, 70, 33);
    const expected = await processImage(bytesInput(40, 20), image);
    expect(await processImage(bytesInput(40, 20), data)).toEqual(expected);
    const bitmap = await createImageBitmap(data);
    expect(await processImage(bytesInput(40, 20), bitmap)).toEqual(expected);
    const canvas = new OffscreenCanvas(70, 33);
    canvas.getContext('2d')!.putImageData(data, 0, 0);
    expect(await processImage(bytesInput(40, 20), canvas)).toEqual(expected);
  });
});

describe('use', () => {
  test('one preprocessor takes images of any size, at once and into a given tensor', async () => {
    const device = await testDevice();
    const images = [drawImage(10, 10, 10), drawImage(64, 80, 11), drawImage(12, 6, 12), drawImage(64, 80, 13)];
    using preprocessor = await createPreprocessor(device, bytesInput(12, 6));
    const results = await Promise.all(images.map((image) => preprocessor.process(image)));
    for (const [index, image] of images.entries()) {
      const alone = await processImage(bytesInput(12, 6), image);
      expect((await readTensor(device, results[index])).data).toEqual(alone.data);
    }
    const again = await preprocessor.process(images[3], { target: results[0] });
    expect(again).toBe(results[0]);
    expect((await readTensor(device, again)).data).toEqual((await readTensor(device, results[3])).data);
    for (const result of results) result.destroy();
  });

  test('works within the specification’s default limits, and leaves nothing on the device', async () => {
    using device = await openDevice({ engine: 'scalar', limits: 'default' });
    const preprocessor = await createPreprocessor(device, bytesInput(12, 6));
    const tensor = await preprocessor.process(drawImage(30, 20, 14));
    preprocessor.destroy();
    tensor.destroy();
    await Promise.resolve();
    expect(device.memory().owners).toEqual({});
    await expect(preprocessor.process(drawImage(30, 20, 14))).rejects.toThrow(/was destroyed/);
  });

  test('destroyed at any point of its work, it says so and leaves nothing on the device', async () => {
    const device = await testDevice();
    const before = device.memory().owners;
    const image = drawImage(30, 20, 16);
    let isInterrupted = true;
    let point = 0;
    for (; isInterrupted; point++) {
      const preprocessor = await createPreprocessor(device, bytesInput(12, 6));
      let awaited = 0;
      isInterrupted = false;
      const interrupt = (): void => {
        if (awaited++ !== point) return;
        isInterrupted = true;
        preprocessor.destroy();
      };
      // Everything that processing awaits is a buffer or a pipeline.
      const { createBuffer } = device;
      vi.spyOn(device, 'createBuffer').mockImplementation((request) => {
        const buffer = createBuffer.call(device, request);
        interrupt();
        return buffer;
      });
      const { get } = device.pipelines;
      vi.spyOn(device.pipelines, 'get').mockImplementation((shader) => {
        const pipeline = get.call(device.pipelines, shader);
        interrupt();
        return pipeline;
      });
      const outcome = await preprocessor.process(image).then(
        (tensor) => tensor.destroy(),
        (error: unknown) => error,
      );
      vi.restoreAllMocks();
      if (isInterrupted) expect(String(outcome)).toMatch(/^DeviceError: preprocessor#\d+ was destroyed/);
      else expect(outcome).toBeUndefined();
      preprocessor.destroy();
      // Programs that were compiling are destroyed once they are ready.
      await vi.waitFor(() => expect(device.memory().owners).toEqual(before));
    }
    // The result, the image, three programs, two scratch buffers and two tables at least.
    expect(point).toBeGreaterThan(9);
  });

  test('aborted while it waits or works, it leaves nothing on the device, and others go on', async () => {
    const device = await testDevice();
    using preprocessor = await createPreprocessor(device, bytesInput(12, 6));
    const image = drawImage(30, 20, 18);
    (await preprocessor.process(image)).destroy();
    const before = device.memory();
    const controller = new AbortController();
    const { signal } = controller;
    const atWork = preprocessor.process(image, { signal });
    const waiting = preprocessor.process(image, { signal });
    const other = preprocessor.process(image);
    controller.abort(new Error('enough'));
    await expect(atWork).rejects.toThrow('enough');
    await expect(waiting).rejects.toThrow('enough');
    (await other).destroy();
    expect(device.memory()).toEqual(before);
    await expect(preprocessor.process(image, { signal })).rejects.toThrow('enough');
    await expect(createPreprocessor(device, bytesInput(12, 6), { signal })).rejects.toThrow('enough');
  });

  test('a program that failed to compile is tried again with the next image', async () => {
    const device = await testDevice();
    using preprocessor = await createPreprocessor(device, bytesInput(9, 5));
    const image = drawImage(9, 5, 17);
    vi.spyOn(device.pipelines, 'get').mockRejectedValueOnce(new Error('out of luck'));
    await expect(preprocessor.process(image)).rejects.toThrow('out of luck');
    using result = await preprocessor.process(image);
    expect(Array.from((await readTensor(device, result)).data)).toEqual(colorsOf(image));
  });

  test('says what does not fit', async () => {
    const device = await testDevice();
    const image = drawImage(4, 4, 15);
    await expect(createPreprocessor(device, { dtype: 'float32', shape: [1, 784] })).rejects.toThrow(
      /\[1, 784\].*1, 3 or 4 channels/,
    );
    await expect(createPreprocessor(device, { dtype: 'int32', shape: [1, 4, 4, 3] })).rejects.toThrow(/int32/);
    await expect(
      createPreprocessor(device, bytesInput(4, 4), { range: { mean: [1, 2], deviation: 1 } }),
    ).rejects.toThrow(/mean has 2 numbers, the input 3 channels/);
    await expect(createPreprocessor(device, bytesInput(4, 4), { range: { mean: 0, deviation: 0 } })).rejects.toThrow(
      /finite/,
    );
    using preprocessor = await createPreprocessor(device, bytesInput(4, 4));
    await expect(preprocessor.process([image, image])).rejects.toThrow(ShapeError);
    await expect(preprocessor.process({ ...image, width: 5 })).rejects.toThrow(/5 x 4 pixels need 80 bytes/);
    await expect(preprocessor.process({ width: 0, height: 0, data: new Uint8Array(0) })).rejects.toThrow(/positive/);
    // An error does not stop the calls that follow.
    using result = await preprocessor.process(image);
    expect(Array.from((await readTensor(device, result)).data)).toEqual(colorsOf(image));
  });
});
