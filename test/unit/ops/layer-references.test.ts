import { describe, expect, test } from 'vitest';
import { NumericError, ShapeError } from '../../../src/errors.ts';
import { conv2d, type Conv2dAttributes } from '../../../src/ops/conv2d.ts';
import type { OpContext } from '../../../src/ops/define-op.ts';
import { depthwiseConv2d } from '../../../src/ops/depthwise-conv2d.ts';
import { summarizeChannels } from '../../../src/ops/lib/channel-parameters.ts';
import { matmul } from '../../../src/ops/matmul.ts';
import { perTensor, type Quantization } from '../../../src/tensor/quantization.ts';
import type { Tensor, TensorType } from '../../../src/tensor/tensor.ts';

const plain: Conv2dAttributes = {
  strides: [1, 1],
  dilations: [1, 1],
  padding: [0, 0, 0, 0],
  groups: 1,
  activation: 'none',
};

function float(shape: readonly number[], data: readonly number[]): Tensor {
  return { dtype: 'float32', shape, data: Float32Array.from(data) };
}

function codes(shape: readonly number[], data: readonly number[], quantization: Quantization): Tensor {
  return { dtype: 'int8', shape, data: Int8Array.from(data), quantization };
}

function context<A>(attributes: A, inputs: readonly (Tensor | undefined)[], output: TensorType): OpContext<A> {
  return {
    name: 'test',
    attributes,
    inputs,
    constants: inputs.map(() => undefined),
    outputs: [output],
    rounding: 'float',
  };
}

describe('references by hand', () => {
  test('conv2d: a 2×2 kernel over a 2×3 image, stride 1, one column of padding to the right', () => {
    const inputs = [
      float([1, 2, 3, 1], [1, 2, 3, 4, 5, 6]),
      float([1, 2, 2, 1], [1, 10, 100, 1000]),
      float([1], [0.5]),
    ];
    const attributes = { ...plain, padding: [0, 0, 0, 1] as const };
    const [y] = conv2d.reference(context(attributes, inputs, { dtype: 'float32', shape: [1, 1, 3, 1] }), inputs);
    // 1 + 20 + 400 + 5000; 2 + 30 + 500 + 6000; 3 + 600.
    expect([...y.data]).toEqual([5421.5, 6532.5, 603.5]);
  });

  test('conv2d: groups see their own channels', () => {
    const inputs = [float([1, 1, 1, 4], [1, 2, 3, 4]), float([2, 1, 1, 2], [1, 10, 100, 1000])];
    const [y] = conv2d.reference(
      context({ ...plain, groups: 2 }, inputs, { dtype: 'float32', shape: [1, 1, 1, 2] }),
      inputs,
    );
    expect([...y.data]).toEqual([21, 4300]);
  });

  test('depthwise-conv2d: output o belongs to channel ⌊o / multiplier⌋', () => {
    const inputs = [float([1, 1, 2, 2], [1, 2, 3, 4]), float([1, 1, 2, 4], [1, 10, 100, 1000, 2, 20, 200, 2000])];
    const [y] = depthwiseConv2d.reference(context(plain, inputs, { dtype: 'float32', shape: [1, 1, 1, 4] }), inputs);
    expect([...y.data]).toEqual([7, 70, 1000, 10000]);
  });

  test('matmul on codes: zero points, bias, rounding of halves to even, saturation', () => {
    const inputs: readonly Tensor[] = [
      codes([1, 2], [5, -1], perTensor(0.5, 1)),
      codes([4, 2], [1, 0, 1, 1, 3, 4, 100, -100], { scales: [1, 1, 1, 1], zeroPoints: [0, 0, 0, 0], axis: 0 }),
      { dtype: 'int32', shape: [4], data: Int32Array.from([1, 3, 1, 0]) },
    ];
    const output: TensorType = { dtype: 'int8', shape: [1, 4], quantization: perTensor(1, 10) };
    const [y] = matmul.reference(context({ activation: 'none' as const }, inputs, output), inputs);
    // Real inputs are (4, −2) · 0.5. Sums with bias: 5, 5, 5, 600; times 0.5: 2.5 → 2, 2.5 → 2, 2.5 → 2, 300.
    expect([...y.data]).toEqual([12, 12, 12, 127]);
  });

  test('matmul: float16 weights are the numbers of their bits, int8 weights are scaled by output', () => {
    const x = float([1, 2], [3, 4]);
    // 1, −2, 0.5, 65504.
    const halves: Tensor = { dtype: 'float16', shape: [2, 2], data: Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x7bff) };
    const [y] = matmul.reference(
      context({ activation: 'none' as const }, [x, halves], { dtype: 'float32', shape: [1, 2] }),
      [x, halves],
    );
    expect([...y.data]).toEqual([-5, Math.fround(1.5 + 4 * 65504)]);

    const weights = codes([2, 2], [1, -2, 3, 100], { scales: [0.5, 2], zeroPoints: [0, 0], axis: 0 });
    const inputs = [x, weights, float([2], [0.25, 0])];
    const [scaled] = matmul.reference(
      context({ activation: 'none' as const }, inputs, { dtype: 'float32', shape: [1, 2] }),
      inputs,
    );
    expect([...scaled.data]).toEqual([-2.25, 818]);
  });

  test('matmul: rows quantized at run time, each by its own scale and zero point', () => {
    const inputs = [
      { dtype: 'int8', shape: [2, 2], data: Int8Array.of(5, -3, 10, 20) } satisfies Tensor,
      codes([1, 2], [2, 7], perTensor(0.5)),
      float([1], [1]),
      undefined,
      float([2, 3], [0.25, 4, -1, 2, 0.5, 10]),
    ];
    const [y] = matmul.reference(
      context({ activation: 'none' as const }, inputs, { dtype: 'float32', shape: [2, 1] }),
      inputs,
    );
    // (6 · 2 − 2 · 7) · 0.25 · 0.5 + 1; (0 · 2 + 10 · 7) · 2 · 0.5 + 1.
    expect([...y.data]).toEqual([0.75, 71]);
  });

  test('conv2d: what lies outside of an image quantized at run time is a real 0', () => {
    const inputs = [
      { dtype: 'int8', shape: [1, 1, 2, 1], data: Int8Array.of(7, 9) } satisfies Tensor,
      codes([1, 1, 3, 1], [1, 10, 100], perTensor(1)),
      undefined,
      undefined,
      float([1, 3], [1, 1, 5]),
    ];
    const attributes = { ...plain, padding: [0, 1, 0, 1] as const };
    const [y] = conv2d.reference(context(attributes, inputs, { dtype: 'float32', shape: [1, 1, 2, 1] }), inputs);
    // Pixels 0 2 4 0: 20 + 400, 2 + 40.
    expect([...y.data]).toEqual([420, 42]);
  });

  test('scales must be those of leading axes', () => {
    const infer = (scales: readonly number[]): unknown =>
      matmul.inferShape({
        name: 'test',
        attributes: { activation: 'none' },
        inputs: [
          { dtype: 'int8', shape: [4, 2] },
          { dtype: 'int8', shape: [3, 2], quantization: perTensor(1) },
          undefined,
          undefined,
          { dtype: 'float32', shape: scales },
        ],
        constants: [],
      });
    expect(infer([4, 3])).toEqual([[4, 3]]);
    expect(infer([3])).toEqual([[4, 3]]);
    expect(() => infer([3, 3])).toThrow('matmul "test": scales [3, 3] do not belong to x [4, 2]');
    expect(() => infer([4, 2, 3])).toThrow(ShapeError);
  });

  test('matmul: a fused residual is added to the rounded, clamped code', () => {
    const inputs: readonly (Tensor | undefined)[] = [
      codes([1, 1], [3], perTensor(1, 0)),
      codes([1, 1], [-5], perTensor(1, 0)),
      undefined,
      codes([1, 1], [7], perTensor(2, 1)),
    ];
    const attributes = {
      activation: 'relu' as const,
      add: { quantization: perTensor(1, 2), activation: 'none' as const },
    };
    const output: TensorType = { dtype: 'int8', shape: [1, 1], quantization: perTensor(1, -4) };
    const [y] = matmul.reference(context(attributes, inputs, output), inputs);
    // relu(−15) is 0; the residual is 2 · (7 − 1) = 12.
    expect([...y.data]).toEqual([8]);
  });
});

describe('errors', () => {
  test('channels that do not fit', () => {
    const inputs = [
      float(
        [1, 1, 1, 24],
        Array.from({ length: 24 }, () => 0),
      ),
      float(
        [8, 1, 1, 32],
        Array.from({ length: 256 }, () => 0),
      ),
    ];
    const output: TensorType = { dtype: 'float32', shape: [1, 1, 1, 8] };
    expect(() => conv2d.inferShape(context(plain, inputs, output))).toThrow(
      new ShapeError('conv2d "test": input has 24 channels, weights expect 32. Transpose an NCHW input or re-export.'),
    );
  });

  test('a kernel larger than the image', () => {
    const inputs = [
      float([1, 2, 2, 1], [1, 2, 3, 4]),
      float(
        [1, 3, 3, 1],
        Array.from({ length: 9 }, () => 0),
      ),
    ];
    expect(() => conv2d.inferShape(context(plain, inputs, { dtype: 'float32', shape: [] }))).toThrow(
      /spans 3 of height/,
    );
  });

  test('a sum that can leave int32', () => {
    const quantization = {
      input: perTensor(1),
      weights: perTensor(1),
      output: perTensor(1),
      rounding: 'float' as const,
    };
    const summarize = (bias: number): unknown =>
      summarizeChannels('conv2d "a"', () => Int8Array.from([127]), 1, Int32Array.from([bias]), quantization, 1, 1);
    expect(() => summarize(2 ** 31 - 1)).toThrow(NumericError);
    expect(() => summarize(2 ** 31 - 1 - 127 * 128)).not.toThrow();
  });
});
