import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { broadcastStrides, denseStrides, kernelAxes, offsetAt } from '../../../src/ops/lib/axes.ts';
import { elementCount } from '../../../src/tensor/shape.ts';

describe('axes', () => {
  test('strides', () => {
    expect(denseStrides([2, 3, 4])).toEqual([12, 4, 1]);
    expect(broadcastStrides([3, 1], [2, 3, 4])).toEqual([0, 1, 0]);
  });

  test('merge where both operands walk them as one', () => {
    expect(kernelAxes([2, 3, 4], [denseStrides([2, 3, 4])])).toEqual({ sizes: [1, 1, 1, 24], strides: [[0, 0, 0, 1]] });
    expect(
      kernelAxes(
        [2, 3, 4],
        [
          [12, 4, 1],
          [0, 4, 1],
        ],
      ),
    ).toEqual({
      sizes: [1, 1, 2, 12],
      strides: [
        [0, 0, 12, 1],
        [0, 0, 0, 1],
      ],
    });
  });

  test('more than four do not fit', () => {
    const shape = [2, 1, 2, 1, 2];
    const broadcast = [2, 2, 2, 2, 2];
    expect(kernelAxes(broadcast, [broadcastStrides(shape, broadcast)])).toBeUndefined();
  });

  test('merged axes reach the same elements', () => {
    const axis = fc.record({ size: fc.integer({ min: 1, max: 4 }), a: fc.boolean(), b: fc.boolean() });
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 5 }), (axes) => {
        const shape = axes.map(({ size }) => size);
        const strides = (['a', 'b'] as const).map((operand) =>
          broadcastStrides(
            axes.map((one) => (one[operand] ? one.size : 1)),
            shape,
          ),
        );
        const merged = kernelAxes(shape, strides);
        fc.pre(merged !== undefined);
        for (let i = 0; i < elementCount(shape); i++) {
          strides.forEach((own, operand) =>
            expect(offsetAt(i, merged!.sizes, merged!.strides[operand])).toBe(offsetAt(i, shape, own)),
          );
        }
      }),
    );
  });
});
