import { describe, expect, test } from 'vitest';
import { conv2d, type Conv2dAttributes } from '../../../src/ops/conv2d.ts';
import type { Neighbour } from '../../../src/ops/define-op.ts';
import { perTensor } from '../../../src/tensor/quantization.ts';
import type { TensorType } from '../../../src/tensor/tensor.ts';

const attributes: Conv2dAttributes = {
  strides: [1, 1],
  dilations: [1, 1],
  padding: [0, 0, 0, 1],
  groups: 1,
  activation: 'none',
};
const activations: TensorType = { dtype: 'int8', shape: [1, 4, 4, 8], quantization: perTensor(0.5, 3) };
const weights: TensorType = { dtype: 'int8', shape: [8, 1, 1, 8], quantization: perTensor(0.1) };

function neighbour(
  op: string,
  attributes: object,
  names: readonly string[],
  inputs: readonly TensorType[],
  output: TensorType,
): Neighbour {
  const constants = inputs.map(() => undefined);
  return {
    op,
    attributes,
    inputs: names,
    context: { name: op, attributes, inputs, constants, outputs: [output], rounding: 'float' },
  };
}

const self = neighbour('conv2d', attributes, ['x', 'w'], [activations, weights], activations);

describe('what a convolution absorbs', () => {
  test('a relu of the same quantization', () => {
    const relu = neighbour('relu', { activation: 'relu6' }, ['y'], [activations], activations);
    expect(conv2d.absorbConsumer!(self, relu, 0)).toEqual({
      attributes: { ...attributes, activation: 'relu6' },
      inputs: ['x', 'w'],
    });
  });

  test('no relu that changes the quantization, and none after another activation', () => {
    const other = { ...activations, quantization: perTensor(0.25, 3) };
    const relu = neighbour('relu', { activation: 'relu6' }, ['y'], [activations], other);
    expect(conv2d.absorbConsumer!(self, relu, 0)).toBeUndefined();
    const clamped = neighbour(
      'conv2d',
      { ...attributes, activation: 'relu' },
      ['x', 'w'],
      [activations, weights],
      activations,
    );
    const same = neighbour('relu', { activation: 'relu6' }, ['y'], [activations], activations);
    expect(conv2d.absorbConsumer!(clamped, same, 0)).toBeUndefined();
  });

  test('an add of the same shape, whichever side it feeds, and a relu after it', () => {
    const sum = { ...activations, quantization: perTensor(0.7, -3) };
    const add = neighbour('add', { activation: 'none' }, ['r', 'y'], [activations, activations], sum);
    const absorbed = conv2d.absorbConsumer!(self, add, 1)!;
    expect(absorbed).toEqual({
      attributes: { ...attributes, add: { quantization: activations.quantization, activation: 'none' } },
      inputs: ['x', 'w', '', 'r'],
    });
    const merged = neighbour('conv2d', absorbed.attributes, absorbed.inputs, [activations, weights], sum);
    const relu = neighbour('relu', { activation: 'relu' }, ['z'], [sum], sum);
    expect(conv2d.absorbConsumer!(merged, relu, 0)!.attributes.add!.activation).toBe('relu');
  });

  test('no add that broadcasts', () => {
    const row = { ...activations, shape: [8] };
    const add = neighbour('add', { activation: 'none' }, ['y', 'r'], [activations, row], activations);
    expect(conv2d.absorbConsumer!(self, add, 0)).toBeUndefined();
  });

  test('a pad of height and width with zeros', () => {
    const padding = [
      [0, 0],
      [1, 2],
      [3, 4],
      [0, 0],
    ];
    const pad = neighbour('pad', { padding, value: 0 }, ['p'], [activations], activations);
    expect(conv2d.absorbProducer!(self, pad)).toEqual({
      attributes: { ...attributes, padding: [1, 3, 2, 5] },
      inputs: ['p', 'w'],
    });
  });

  test.each([
    [
      'to more than a convolution pads',
      {
        padding: [
          [0, 0],
          [0, 0],
          [0, 65535],
          [0, 0],
        ],
        value: 0,
      },
      activations,
    ],
    [
      'of channels',
      {
        padding: [
          [0, 0],
          [0, 0],
          [0, 0],
          [0, 1],
        ],
        value: 0,
      },
      activations,
    ],
    [
      'with another value',
      {
        padding: [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        value: 1,
      },
      activations,
    ],
    [
      'to another quantization',
      {
        padding: [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        value: 0,
      },
      { ...activations, quantization: perTensor(0.5, 4) },
    ],
  ])('no pad %s', (_name, padAttributes, output) => {
    expect(conv2d.absorbProducer!(self, neighbour('pad', padAttributes, ['p'], [activations], output))).toBeUndefined();
  });
});
