import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../../src/errors.ts';
import { conv1d, type Conv1dOptions, depthwiseConv2d } from '../../../src/layers/convolution.ts';
import { convTranspose2d } from '../../../src/layers/transposed-convolution.ts';
import { sequential } from '../../../src/layers/sequential.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import type { Shape } from '../../../src/tensor/shape.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { applyLayer, drawFloats } from '../../support/apply-layer.ts';

describe('conv1d', () => {
  const [batch, length, channels, filters, size] = [2, 9, 4, 6, 3];
  const bias = drawFloats(filters, 2);

  /** By the definition, in double precision. */
  function expected(
    x: Float32Array,
    weights: Float32Array,
    { stride = 1, dilation = 1, groups = 1 }: Conv1dOptions,
    [before, after]: readonly [number, number],
  ): { readonly steps: number; readonly values: number[] } {
    const steps = Math.floor((length + before + after - (size - 1) * dilation - 1) / stride) + 1;
    const [groupIn, groupOut] = [channels / groups, filters / groups];
    const values: number[] = [];
    for (let n = 0; n < batch; n++) {
      for (let step = 0; step < steps; step++) {
        for (let o = 0; o < filters; o++) {
          let sum = bias[o];
          for (let k = 0; k < size; k++) {
            const at = step * stride + k * dilation - before;
            for (let c = 0; at >= 0 && at < length && c < groupIn; c++) {
              const channel = Math.floor(o / groupOut) * groupIn + c;
              sum += x[(n * length + at) * channels + channel] * weights[(o * size + k) * groupIn + c];
            }
          }
          values.push(sum);
        }
      }
    }
    return { steps, values };
  }

  test.each<[string, Partial<Conv1dOptions>, readonly [number, number]]>([
    ['same', {}, [1, 1]],
    ['valid, strided', { padding: 'valid', stride: 2 }, [0, 0]],
    ['causal, dilated', { padding: 'causal', dilation: 3 }, [6, 0]],
    ['explicit, grouped', { padding: [2, 3], groups: 2 }, [2, 3]],
  ])('%s', (_, options, padding) => {
    const weights = drawFloats((filters * size * channels) / (options.groups ?? 1), 3);
    const all = { filters, size, weights, bias, ...options };
    const { inputs, output: y } = applyLayer(conv1d(all), [batch, length, channels]);
    const { steps, values } = expected(inputs[0], weights, all, padding);
    expect(y.shape).toEqual([batch, steps, filters]);
    y.data.forEach((value, index) => expect(value).toBeCloseTo(values[index], 6));
  });

  test('nodes and weights have names from the layer', () => {
    const { nodes, constants } = sequential({ x: [1, 8, 4] }, [conv1d({ filters: 2, size: 3, name: 'wave' })]);
    expect(nodes.map(({ name }) => name)).toEqual(['wave/row', 'wave/conv2d', 'wave']);
    expect(Object.keys(constants)).toEqual(['wave/conv2d/weights', 'wave/conv2d/bias']);
  });

  test('an image is refused', () => {
    expect(() => sequential({ x: [1, 4, 4, 2] }, [conv1d({ filters: 2, size: 3 })])).toThrow(
      new ShapeError(
        'sequential, layer 1 of 1: conv1d "conv1d": input has shape [1, 4, 4, 2], a [N, L, C] batch of sequences is needed. Reshape it first.',
      ),
    );
  });
});

describe('convTranspose2d', () => {
  test('same makes the output stride times as large, valid nothing smaller', () => {
    const shapeOf = (options: Omit<Parameters<typeof convTranspose2d>[0], 'filters'>): Shape =>
      applyLayer(convTranspose2d({ filters: 3, ...options }), [1, 4, 5, 2]).output.shape;
    expect(shapeOf({ size: 3, stride: 2 })).toEqual([1, 8, 10, 3]);
    expect(shapeOf({ size: 2, stride: 3 })).toEqual([1, 12, 15, 3]);
    expect(shapeOf({ size: [4, 1] })).toEqual([1, 4, 5, 3]);
    expect(shapeOf({ size: 3, stride: 2, padding: 'valid' })).toEqual([1, 9, 11, 3]);
    expect(shapeOf({ size: 3, stride: 2, padding: [1, 1, 0, 0] })).toEqual([1, 8, 10, 3]);
  });

  test('a pixel spreads over the kernel', () => {
    const weights = Float32Array.of(1, 2, 3, 4);
    const layer = convTranspose2d({ filters: 1, size: 2, stride: 2, weights, bias: Float32Array.of(0.5) });
    const graph = sequential({ x: [1, 1, 2, 1] }, [layer]);
    const x: Tensor = { dtype: 'float32', shape: [1, 1, 2, 1], data: Float32Array.of(1, 10) };
    expect([...runReference(graph, { x }).get(graph.outputs[0])!.data]).toEqual([
      1.5, 2.5, 10.5, 20.5, 3.5, 4.5, 30.5, 40.5,
    ]);
  });
});

test('a depthwise multiplier: output channel c · multiplier + m belongs to channel c', () => {
  const weights = Float32Array.of(1, 10, 100, 2, 20, 200);
  const layer = depthwiseConv2d({ size: 1, multiplier: 3, weights, bias: false });
  const graph = sequential({ x: [1, 1, 1, 2] }, [layer]);
  const x: Tensor = { dtype: 'float32', shape: [1, 1, 1, 2], data: Float32Array.of(3, 4) };
  expect([...runReference(graph, { x }).get(graph.outputs[0])!.data]).toEqual([3, 30, 300, 8, 80, 800]);
});
