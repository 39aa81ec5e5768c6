import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { elementCount } from '../../../../src/tensor/shape.ts';
import type { Tensor } from '../../../../src/tensor/tensor.ts';
import { createRandom } from '../../../../src/tensor/random.ts';
import { buildTflite, type TensorSpec, tensorType } from '../../../support/tflite-builder.ts';
import { floats, importValid, int32s, singleOperator, x, y } from '../../../support/tflite-models.ts';

const [FAKE_QUANT, REVERSE_SEQUENCE, MATRIX_DIAG, MATRIX_SET_DIAG, CONV_3D, BUCKETIZE, UPDATE] = [
  80, 112, 113, 115, 132, 147, 151,
];
const { INT32 } = tensorType;

function run(bytes: Uint8Array, data: readonly number[], more: Record<string, Tensor> = {}): number[] {
  const graph = importValid(bytes);
  const type = graph.values['x'];
  const values = runReference(graph, { x: { ...type, data: Float32Array.from(data) }, ...more });
  return [...values.get('y')!.data];
}

describe('FAKE_QUANT', () => {
  const model = (min: number, max: number, bits: number, isNarrow = 0): Uint8Array =>
    singleOperator(
      FAKE_QUANT,
      [x(6), y(6)],
      [58, { 0: { float32: min }, 1: { float32: max }, 2: { int32: bits }, 3: { int8: isNarrow } }],
    );

  test('rounds to the codes of a range', () => {
    // 16 codes from 0 to 15, and beyond.
    expect(run(model(0, 15, 4), [-3, 0.4, 0.6, 7.2, 14.9, 99])).toEqual([0, 0, 1, 7, 15, 15]);
    // 255 codes from −127 to 127 eighths.
    expect(run(model(-127 / 8, 127 / 8, 8, 1), [-99, -1.01, 0.05, 0.07, 3.14, 99])).toEqual([
      -15.875, -1, 0, 0.125, 3.125, 15.875,
    ]);
  });

  test('moves a range in which 0 has no code', () => {
    // Steps of 1.1 / 15: the zero point 1.36 becomes 1.
    const step = 1.1 / 15;
    const values = run(model(-0.1, 1, 4), [0, -1, 1, 0.5, 0.03, 0.04]);
    const expected = [0, -1, 14, 7, 0, 1].map((code) => code * step);
    values.forEach((value, index) => expect(value).toBeCloseTo(expected[index], 6));
  });

  test('16 bits', () => {
    const [value] = run(model(-2, 2, 16), [1.23456, 0, 0, 0, 0, 0]);
    expect(Math.abs(value - 1.23456)).toBeLessThan(4 / 65535);
  });

  test('what is no range', () => {
    expect(() => tfliteGraph(model(1, 2, 8))).toThrow(/8 bits from 1 to 2/);
    expect(() => tfliteGraph(model(0, 1, 17))).toThrow(/17 bits/);
    expect(() => tfliteGraph(model(0, NaN, 8))).toThrow(/from 0 to NaN/);
  });
});

describe('REVERSE_SEQUENCE', () => {
  const model = (shape: readonly number[], time: number, batch: number, lengths: TensorSpec): Uint8Array =>
    buildTflite({
      tensors: [x(...shape), { name: 'lengths', ...lengths }, y(...shape)],
      operators: [
        {
          code: REVERSE_SEQUENCE,
          inputs: [0, 1],
          outputs: [2],
          options: [87, { 0: { int32: time }, 1: { int32: batch } }],
        },
      ],
      inputs: lengths.data === undefined ? [0, 1] : [0],
      outputs: [2],
    });

  test('of lengths that are known, and of others', () => {
    const known = model([2, 4, 2], 1, 0, int32s(3, 1));
    const expected = [4, 5, 2, 3, 0, 1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    expect(run(known, [...floats(16)])).toEqual(expected);
    const open = model([2, 4, 2], 1, 0, { shape: [2], type: INT32 });
    const lengths = { dtype: 'int32' as const, shape: [2], data: Int32Array.of(3, 1) };
    expect(run(open, [...floats(16)], { lengths })).toEqual(expected);
  });

  test('along other axes', () => {
    // [time, 2, batch].
    const values = run(model([3, 2, 2], 0, 2, int32s(2, 3)), [...floats(12)]);
    expect(values).toEqual([4, 9, 6, 11, 0, 5, 2, 7, 8, 1, 10, 3]);
  });

  test('of what does not fit', () => {
    expect(() => tfliteGraph(model([2, 4], 1, 0, int32s(3, 1, 1)))).toThrow(/lengths \[3\] along axis 0 of \[2, 4\]/);
    expect(() => tfliteGraph(model([2, 4], 1, 1, int32s(1, 1, 1, 1)))).toThrow(/reversed along axis 1/);
  });
});

test('BUCKETIZE', () => {
  const model = (...boundaries: number[]): Uint8Array =>
    singleOperator(BUCKETIZE, [x(2, 3), { ...y(2, 3), type: INT32 }], [115, { 0: { float32s: boundaries } }]);
  expect(run(model(0, 10, 100), [-5, 10_000, 150, 10, 5, 100])).toEqual([0, 3, 3, 2, 1, 3]);
  expect(() => tfliteGraph(model(3, 1))).toThrow(/2 boundaries; there must be 1 to 4096, ascending/);
  expect(() => tfliteGraph(model())).toThrow(/0 boundaries/);
});

test('MATRIX_DIAG and MATRIX_SET_DIAG', () => {
  const diagonal = singleOperator(MATRIX_DIAG, [x(2, 2), y(2, 2, 2)]);
  expect(run(diagonal, [1, 2, 3, 4])).toEqual([1, 0, 0, 2, 3, 0, 0, 4]);
  const set = (rows: number, columns: number): Uint8Array => {
    const data = Float32Array.of(7, 8);
    return singleOperator(MATRIX_SET_DIAG, [x(rows, columns), { name: 'd', shape: [2], data }, y(rows, columns)]);
  };
  expect(run(set(2, 3), [...floats(6)])).toEqual([7, 1, 2, 3, 8, 5]);
  expect(run(set(3, 2), [...floats(6)])).toEqual([7, 1, 2, 8, 4, 5]);
  expect(() => tfliteGraph(set(3, 3))).toThrow(/are no matrices and their diagonals/);
});

test('DYNAMIC_UPDATE_SLICE', () => {
  const model = (start: readonly number[], part: readonly number[]): Uint8Array =>
    singleOperator(UPDATE, [
      x(3, 4),
      { name: 'part', shape: part, data: floats(...part).map((value) => value + 100) },
      int32s(...start),
      y(3, 4),
    ]);
  const whole = [...floats(12)];
  expect(run(model([1, 0], [1, 4]), whole)).toEqual([0, 1, 2, 3, 100, 101, 102, 103, 8, 9, 10, 11]);
  // Beyond an end it lies against it.
  expect(run(model([9, -1], [1, 4]), whole)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 103]);
  expect(run(model([1, 1], [2, 2]), whole)).toEqual([0, 1, 2, 3, 4, 100, 101, 7, 8, 102, 103, 11]);
  expect(run(model([0, 0], [3, 4]), whole)).toEqual(whole.map((value) => value + 100));
  expect(() => tfliteGraph(model([0, 0], [4, 1]))).toThrow(/a part \[4, 1\] at \[0, 0\] of \[3, 4\]/);
});

describe('CONV_3D', () => {
  interface Sizes {
    readonly shape: readonly number[];
    readonly kernel: readonly number[];
    readonly strides?: readonly [number, number, number];
    readonly dilations?: readonly [number, number, number];
    readonly isSame?: boolean;
    readonly hasBias?: boolean;
  }

  test.each<[string, Sizes]>([
    ['without padding', { shape: [1, 4, 5, 6, 2], kernel: [2, 3, 3, 2, 3], hasBias: true }],
    ['with padding, strides', { shape: [2, 5, 5, 4, 3], kernel: [3, 2, 3, 3, 4], strides: [2, 2, 1], isSame: true }],
    ['dilated', { shape: [1, 5, 7, 6, 1], kernel: [2, 2, 3, 1, 2], dilations: [2, 3, 2] }],
    ['of one frame', { shape: [1, 3, 4, 4, 2], kernel: [1, 2, 2, 2, 2], strides: [2, 1, 1] }],
  ])('%s, by its definition', (_, { shape, kernel, strides = [1, 1, 1], dilations = [1, 1, 1], isSame, hasBias }) => {
    const random = createRandom(7);
    const draw = (size: readonly number[]): Float32Array =>
      Float32Array.from({ length: elementCount(size) }, () => random.uniform(-1, 1));
    const [image, weights, bias] = [draw(shape), draw(kernel), draw([kernel[4]])];
    const before = [0, 1, 2].map((axis) => {
      const reach = (kernel[axis] - 1) * dilations[axis] + 1;
      const size = shape[1 + axis];
      const total = Math.max((Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size, 0);
      return isSame === true ? Math.floor(total / 2) : 0;
    });
    const sizes = [0, 1, 2].map((axis) => {
      const reach = (kernel[axis] - 1) * dilations[axis] + 1;
      return isSame === true
        ? Math.ceil(shape[1 + axis] / strides[axis])
        : Math.floor((shape[1 + axis] - reach) / strides[axis]) + 1;
    });
    const outputShape = [shape[0], ...sizes, kernel[4]];
    const bytes = singleOperator(
      CONV_3D,
      [
        x(...shape),
        { name: 'w', shape: kernel, data: weights },
        ...(hasBias === true ? [{ name: 'b', shape: [kernel[4]], data: bias }] : []),
        y(...outputShape),
      ],
      [
        106,
        {
          0: { int8: isSame === true ? 0 : 1 },
          1: { int32: strides[0] },
          2: { int32: strides[2] },
          3: { int32: strides[1] },
          5: { int32: dilations[0] },
          6: { int32: dilations[2] },
          7: { int32: dilations[1] },
        },
      ],
    );
    const values = run(bytes, [...image]);
    const at = (size: readonly number[], place: readonly number[]): number =>
      place.reduce((sum, index, axis) => sum * size[axis] + index, 0);
    let checked = 0;
    for (let index = 0; index < values.length; index += 7) {
      let rest = index;
      const place = [...outputShape.keys()].reverse().map((axis) => {
        const own = rest % outputShape[axis];
        rest = Math.floor(rest / outputShape[axis]);
        return own;
      });
      const [channel, column, row, frame, batch] = place;
      let sum = hasBias === true ? bias[channel] : 0;
      for (let d = 0; d < kernel[0]; d++)
        for (let h = 0; h < kernel[1]; h++)
          for (let w = 0; w < kernel[2]; w++) {
            const from = [frame, row, column].map(
              (own, axis) => own * strides[axis] + [d, h, w][axis] * dilations[axis] - before[axis],
            );
            if (from.some((own, axis) => own < 0 || own >= shape[1 + axis])) continue;
            for (let c = 0; c < kernel[3]; c++) {
              sum += image[at(shape, [batch, ...from, c])] * weights[at(kernel, [d, h, w, c, channel])];
            }
          }
      expect(values[index]).toBeCloseTo(sum, 4);
      checked++;
    }
    expect(checked).toBeGreaterThan(3);
  });

  test('what does not fit', () => {
    const model = (shape: readonly number[]): Uint8Array =>
      singleOperator(
        CONV_3D,
        [x(...shape), { name: 'w', shape: [2, 1, 1, 2, 1], data: floats(4) }, y(1)],
        [106, { 0: { int8: 1 }, 1: { int32: 1 }, 2: { int32: 1 }, 3: { int32: 1 } }],
      );
    expect(() => tfliteGraph(model([1, 2, 2, 2, 3]))).toThrow(/are not \[N, D, H, W, C\] and \[kD, kH, kW, C, O\]/);
    expect(() => tfliteGraph(model([1, 1, 2, 2, 2]))).toThrow(/1 frames are fewer than a window of 2 sees/);
  });
});

describe('MediaPipe’s pooling that remembers places', () => {
  const CUSTOM = 32;
  const options = (height: number, width: number, strides = [height, width]): Uint8Array =>
    new Uint8Array(Int32Array.of(2, strides[1], strides[0], width, height, 0, 0, 0, 0, 0).buffer);
  const model = (pool: Uint8Array, shape: readonly number[], pooled: readonly number[]): Uint8Array =>
    buildTflite({
      tensors: [x(...shape), { name: 'most', shape: pooled }, { name: 'places', shape: pooled }, y(...shape)],
      operators: [
        { code: CUSTOM, customCode: 'MaxPoolingWithArgmax2D', customOptions: pool, inputs: [0], outputs: [1, 2] },
        { code: CUSTOM, customCode: 'MaxUnpooling2D', customOptions: pool, inputs: [1, 2], outputs: [3] },
      ],
      inputs: [0],
      outputs: [3, 1],
    });

  test('leaves the largest of each window', () => {
    // Two channels, of which the second is the first in reverse.
    const rows = [1, 5, 2, 0, 3, 4, 8, 7, 9, 6, 1, 1, 0, 2, 3, 1].flatMap((value) => [value, 9 - value]);
    const values = run(model(options(2, 2), [1, 4, 4, 2], [1, 2, 2, 2]), rows);
    const first = values.filter((_, index) => index % 2 === 0);
    const second = values.filter((_, index) => index % 2 === 1);
    expect(first).toEqual([0, 5, 0, 0, 0, 0, 8, 0, 9, 0, 0, 0, 0, 0, 3, 0]);
    expect(second).toEqual([8, 0, 0, 9, 0, 0, 0, 0, 0, 0, 8, 0, 9, 0, 0, 0]);
  });

  test('of windows that are not square', () => {
    expect(run(model(options(1, 3), [1, 1, 6, 1], [1, 1, 2, 1]), [1, 2, 3, 6, 5, 4])).toEqual([0, 0, 3, 6, 0, 0]);
  });

  test('what is not supported', () => {
    expect(() => tfliteGraph(model(options(2, 2, [1, 1]), [1, 4, 4, 1], [1, 2, 2, 1]))).toThrow(
      /windows of 2 × 2 at every 1 × 1/,
    );
    expect(() => tfliteGraph(model(options(2, 2), [1, 3, 4, 1], [1, 2, 2, 1]))).toThrow(
      /do not make up \[1, 3, 4, 1\]/,
    );
    expect(() => tfliteGraph(model(new Uint8Array(8), [1, 4, 4, 1], [1, 2, 2, 1]))).toThrow(/8 bytes, name no window/);
  });
});
