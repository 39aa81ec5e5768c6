import { describe, expect, test } from 'vitest';
import type { ConvolutionShape } from '../../../src/ops/lib/convolution-shape.ts';
import { channelWindow, packWeights } from '../../../src/ops/lib/pack-weights.ts';

function shapeOf(inChannels: number, outChannels: number, groups: number, kernelWidth = 1): ConvolutionShape {
  return {
    strides: [1, 1],
    dilations: [1, 1],
    padding: [0, 0, 0, 0],
    batch: 1,
    inHeight: 1,
    inWidth: 8,
    inChannels,
    outHeight: 1,
    outWidth: 8,
    outChannels,
    kernelHeight: 1,
    kernelWidth,
    groups,
  };
}

describe('channelWindow', () => {
  test('a dense convolution reads every word', () => {
    const window = channelWindow(shapeOf(9, 8, 1));
    expect(window.words).toBe(3);
    expect([window.start(0), window.start(1)]).toEqual([0, 0]);
  });

  test('groups of whole quads read their own words', () => {
    const window = channelWindow(shapeOf(16, 8, 2));
    expect(window.words).toBe(2);
    expect([window.start(0), window.start(1)]).toEqual([0, 2]);
  });

  test('a quad that spans groups reads the words of all of them', () => {
    // Three groups of four inputs and six outputs: quad 1 has outputs 4 and 5 of group 0, 6 and 7 of group 1.
    const window = channelWindow(shapeOf(12, 18, 3));
    expect(window.words).toBe(2);
    // The last window starts early enough to end with the input.
    expect([0, 1, 2, 3, 4].map(window.start)).toEqual([0, 0, 1, 1, 1]);
  });
});

describe('packWeights', () => {
  test('orders by word, channel of the quad, quad', () => {
    // O = 5, K = 6: weight = 10·o + k.
    const weights = Int8Array.from({ length: 30 }, (_, i) => 10 * Math.floor(i / 6) + (i % 6));
    const packed = packWeights(weights, shapeOf(6, 5, 1), { tapWords: 2, words: 2 }, 2, () => 0);
    expect(packed.length).toBe(2 * 4 * 2 * 4);
    const word = (step: number, channel: number, quad: number): number[] => {
      const at = ((step * 4 + channel) * 2 + quad) * 4;
      return [...packed.subarray(at, at + 4)];
    };
    expect(word(0, 0, 0)).toEqual([0, 1, 2, 3]);
    expect(word(0, 3, 0)).toEqual([30, 31, 32, 33]);
    expect(word(0, 0, 1)).toEqual([40, 41, 42, 43]);
    expect(word(1, 1, 0)).toEqual([14, 15, 0, 0]);
    expect(word(0, 1, 1)).toEqual([0, 0, 0, 0]);
  });

  test('fills what stands for no weight', () => {
    const weights = Int8Array.from([1, 2, 3, 4]);
    // Two groups of one input and two outputs: each output has one weight.
    const packed = packWeights(weights, shapeOf(2, 4, 2), { tapWords: 1, words: 2 }, 1, () => 9);
    expect([...packed]).toEqual([
      1,
      9,
      9,
      9,
      2,
      9,
      9,
      9,
      9,
      3,
      9,
      9,
      9,
      4,
      9,
      9,
      ...Array.from({ length: 16 }, () => 9),
    ]);
  });
});
