import { expect, test } from 'vitest';
import { FormatError } from '../../../../src/errors.ts';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { buildTflite } from '../../../support/tflite-builder.ts';
import { floats, importValid, operatorCode } from '../../../support/tflite-models.ts';

interface Layer {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Rows and columns of the output. */
  readonly made: number;
}

function model({ size, kernel, stride, padding, made }: Layer, bytes = 12): Uint8Array<ArrayBuffer> {
  return buildTflite({
    tensors: [
      { name: 'x', shape: [1, size, size, 2] },
      { name: 'w', shape: [3, kernel, kernel, 2], data: floats(3, kernel, kernel, 2) },
      { name: 'b', shape: [3], data: Float32Array.of(100, 200, 300) },
      { name: 'y', shape: [1, made, made, 3] },
    ],
    operators: [
      {
        code: operatorCode.CUSTOM,
        customCode: 'Convolution2DTransposeBias',
        customOptions: new Uint8Array(Int32Array.of(padding, stride, stride).buffer).subarray(0, bytes),
        inputs: [0, 1, 2],
        outputs: [3],
      },
    ],
    inputs: [0],
    outputs: [3],
  });
}

/** Every pixel spread over the output, from one border's half of what the padding removes on. */
function spread({ size, kernel, stride, padding, made }: Layer): number[] {
  const removed = padding === 1 ? Math.max(0, kernel - ((size - 1) % stride) - 1) : 0;
  const corner = Math.floor(removed / 2);
  const y = Array.from({ length: made * made * 3 }, (_, at) => 100 * ((at % 3) + 1));
  for (let pixel = 0; pixel < size * size; pixel++) {
    for (let tap = 0; tap < kernel * kernel; tap++) {
      const row = Math.floor(pixel / size) * stride + Math.floor(tap / kernel) - corner;
      const column = (pixel % size) * stride + (tap % kernel) - corner;
      if (row < 0 || column < 0 || row >= made || column >= made) continue;
      for (let o = 0; o < 3; o++) {
        for (let c = 0; c < 2; c++) {
          y[(row * made + column) * 3 + o] += (pixel * 2 + c) * ((o * kernel * kernel + tap) * 2 + c);
        }
      }
    }
  }
  return y;
}

test.each<Layer>([
  { size: 2, kernel: 2, stride: 2, padding: 1, made: 4 },
  { size: 4, kernel: 3, stride: 2, padding: 1, made: 8 },
  { size: 3, kernel: 3, stride: 2, padding: 1, made: 5 },
  { size: 3, kernel: 2, stride: 2, padding: 2, made: 6 },
  { size: 3, kernel: 4, stride: 1, padding: 1, made: 3 },
])('Convolution2DTransposeBias: $size pixels, kernel $kernel, stride $stride, padding $padding', (layer) => {
  const graph = importValid(model(layer));
  const { size } = layer;
  const x = { dtype: 'float32' as const, shape: [1, size, size, 2], data: floats(size, size, 2) };
  expect([...runReference(graph, { x }).get('y')!.data]).toEqual(spread(layer));
});

test('Convolution2DTransposeBias refuses options that are none', () => {
  const layer = { size: 2, kernel: 2, stride: 2, padding: 1, made: 4 };
  expect(() => tfliteGraph(model(layer, 8))).toThrow(/its options, 8 bytes, name no padding/);
  expect(() => tfliteGraph(model({ ...layer, padding: 0 }))).toThrow(/name no padding/);
  expect(() => tfliteGraph(model({ ...layer, stride: 0 }))).toThrow(/stride 0 × 0/);
  expect(() => tfliteGraph(model({ ...layer, stride: 0 }))).toThrow(FormatError);
});
