import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import type { TableSpec } from '../../../support/flatbuffer-builder.ts';
import { importValid, int32s, singleOperator, x, y } from '../../../support/tflite-models.ts';

const tensors = [x(1, 2, 3, 4), int32s(4, 6), y(1, 4, 6, 4)];
const set = { int8: 1 };

describe('resize', () => {
  test.each<[string, number, readonly [number, TableSpec] | undefined, string, object]>([
    ['bilinear', 23, undefined, 'resize-bilinear', { coordinates: 'asymmetric' }],
    ['bilinear, aligned', 23, [15, { 2: set }], 'resize-bilinear', { coordinates: 'align-corners' }],
    ['bilinear, centers', 23, [15, { 3: set }], 'resize-bilinear', { coordinates: 'half-pixel' }],
    ['nearest', 97, undefined, 'resize-nearest', { coordinates: 'asymmetric', rounding: 'floor' }],
    [
      'nearest, aligned',
      97,
      [74, { 0: set }],
      'resize-nearest',
      { coordinates: 'align-corners', rounding: 'round-prefer-ceil' },
    ],
    [
      'nearest, centers',
      97,
      [74, { 1: set }],
      'resize-nearest',
      { coordinates: 'half-pixel', rounding: 'round-prefer-ceil' },
    ],
  ])('%s', (_name, code, options, op, attributes) => {
    const graph = importValid(singleOperator(code, tensors, options));
    expect(graph.nodes).toMatchObject([{ op, attributes: { size: [4, 6], ...attributes }, inputs: ['x'] }]);
  });

  test('what contradicts itself is refused', () => {
    const both = [15, { 2: set, 3: set }] as const;
    expect(() => tfliteGraph(singleOperator(23, tensors, both))).toThrow(/exclude each other/);
    const empty = [x(1, 2, 3, 4), int32s(0, 6), y(1, 4, 6, 4)];
    expect(() => tfliteGraph(singleOperator(23, empty))).toThrow(/size is \[0, 6\]/);
  });
});
