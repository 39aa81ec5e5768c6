import { describe, expect, test } from 'vitest';
import { ShapeError } from '../../../src/errors.ts';
import { groupNorm, instanceNorm, layerNorm, type NormOptions, rmsNorm } from '../../../src/layers/normalization.ts';
import { sequential } from '../../../src/layers/sequential.ts';
import { applyLayer, drawFloats } from '../../support/apply-layer.ts';

const channels = 6;
const scale = drawFloats(channels, 10);
const bias = drawFloats(channels, 11);

/**
 * By the definition, in double precision: numbers of one set are normalized together.
 * @param setOf which set an element belongs to
 */
function expected(x: Float32Array, setOf: (index: number) => number, epsilon: number, isCentered = true): number[] {
  return Array.from(x, (value, index) => {
    const set = Array.from(x).filter((_, member) => setOf(member) === setOf(index));
    const mean = isCentered ? set.reduce((sum, member) => sum + member, 0) / set.length : 0;
    const variance = set.reduce((sum, member) => sum + (member - mean) ** 2, 0) / set.length;
    return (value - mean) / Math.sqrt(variance + epsilon);
  });
}

function expectClose(actual: ArrayLike<number>, values: readonly number[], isAffine: boolean): void {
  expect(actual.length).toBe(values.length);
  values.forEach((value, index) => {
    const channel = index % channels;
    expect(actual[index]).toBeCloseTo(isAffine ? value * scale[channel] + bias[channel] : value, 5);
  });
}

describe('normalization by its definition', () => {
  const shape = [2, 3, 5, channels];
  const perBatch = 3 * 5 * channels;
  const affine: NormOptions = { scale, bias, epsilon: 0.01 };

  test('of layers and by root mean square', () => {
    const { inputs, output } = applyLayer(layerNorm(affine), shape);
    const rowOf = (index: number): number => Math.floor(index / channels);
    expectClose(output.data, expected(inputs[0], rowOf, 0.01), true);
    const rms = applyLayer(rmsNorm({ scale: false }), shape);
    expectClose(rms.output.data, expected(rms.inputs[0], rowOf, 1e-5, false), false);
  });

  test('of groups, and of each channel', () => {
    const setOf = (groups: number) => (index: number) =>
      Math.floor(index / perBatch) * groups + Math.floor((index % channels) / (channels / groups));
    for (const groups of [1, 2, 3]) {
      const { inputs, output } = applyLayer(groupNorm({ ...affine, groups }), shape);
      expect(output.shape).toEqual(shape);
      expectClose(output.data, expected(inputs[0], setOf(groups), 0.01), true);
    }
    const { inputs, output } = applyLayer(instanceNorm({ scale: false, bias: false }), shape);
    expectClose(output.data, expected(inputs[0], setOf(channels), 1e-5), false);
  });
});

test('names of weights, and of the result', () => {
  const names = (layer: ReturnType<typeof layerNorm>): readonly (readonly string[])[] => {
    const { nodes, constants } = sequential({ x: [1, 4, channels] }, [layer]);
    return [[nodes.at(-1)!.name], Object.keys(constants)];
  };
  expect(names(layerNorm({ name: 'norm' }))).toEqual([['norm'], ['norm/scale', 'norm/bias']]);
  expect(names(rmsNorm())).toEqual([['rms_norm'], ['rms_norm/scale']]);
  expect(names(groupNorm({ groups: 2, name: 'norm' }))).toEqual([['norm'], ['norm/scale/scale', 'norm/bias']]);
  expect(names(groupNorm({ groups: 2, name: 'norm', bias: false }))).toEqual([['norm'], ['norm/scale']]);
  expect(names(groupNorm({ groups: 2, name: 'norm', scale: false, bias: false }))).toEqual([['norm'], []]);
});

test('groups that do not divide the channels, and weights of another size', () => {
  expect(() => sequential({ x: [1, 4, channels] }, [groupNorm({ groups: 4 })])).toThrow(ShapeError);
  expect(() => sequential({ x: [1, 4, channels] }, [groupNorm({ groups: 4 })])).toThrow(
    /group-norm "group_norm": 4 groups do not divide the 6 channels of \[1, 4, 6\]/,
  );
  expect(() => sequential({ x: [1, 4, channels] }, [layerNorm({ scale: Float32Array.of(1) })])).toThrow(
    /layer-norm "layer_norm": the scale have 1 numbers/,
  );
});
